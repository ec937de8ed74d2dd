-- What needs somebody: one open alert for each kind and subject, and the channels that tell people who are elsewhere.

create table alerts (
  tenant_id bigint not null default tenant_id() references tenants on delete cascade,
  id bigint generated always as identity,
  -- Its sentences belong to the kind, so that a better wording also serves old alerts: app/alerts/kinds.py.
  kind text not null,
  severity text not null check (severity in ('info', 'warning', 'critical')),
  subject text not null check (subject in ('number', 'campaign', 'template', 'queue', 'worker')),
  -- The id of its row, or the name of a queue.
  key text not null,
  -- What fills the sentences: counts and words of the provider, nothing about people.
  facts jsonb not null default '{}',
  first_at timestamptz not null default now(),
  last_at timestamptz not null default now(),
  times integer not null default 1,
  acknowledged_at timestamptz,
  acknowledged_by bigint references users on delete set null,
  resolved_at timestamptz,
  by_itself boolean not null default false,
  resolved_by bigint references users on delete set null,
  primary key (tenant_id, id)
);
create unique index alerts_open_key on alerts (tenant_id, kind, subject, key) where resolved_at is null;
call protect('alerts', true);

create table alert_channels (
  tenant_id bigint not null default tenant_id() references tenants on delete cascade,
  id bigint generated always as identity,
  name text not null check (length(name) between 1 and 120),
  kind text not null check (kind in ('email', 'slack', 'discord', 'telegram', 'url')),
  -- Where it leads, sealed whole: the address of a webhook is as good as a password. The hint is what people may see of it.
  target bytea not null,
  hint text not null,
  least text not null default 'warning' check (least in ('info', 'warning', 'critical')),
  -- Empty is all of them.
  kinds text[] not null default '{}',
  cool_down interval not null default '15 minutes' check (cool_down between interval '1 minute' and interval '1 day'),
  enabled boolean not null default true,
  delivered_at timestamptz,
  failed_at timestamptz,
  -- Why the last delivery failed, as an English msgid, and the HTTP status in it; '' after one that worked.
  error text not null default '',
  error_code integer not null default 0,
  created_by bigint references users on delete set null,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id)
);
call protect('alert_channels', true);

-- When a channel was last told of something. Not by alert: what comes and goes must not be told each time it comes.
create table alert_tellings (
  tenant_id bigint not null default tenant_id(),
  channel_id bigint not null,
  kind text not null,
  subject text not null,
  key text not null,
  alert_id bigint not null,
  told_at timestamptz not null default now(),
  primary key (tenant_id, channel_id, kind, subject, key),
  foreign key (tenant_id, channel_id) references alert_channels on delete cascade,
  foreign key (tenant_id, alert_id) references alerts on delete cascade
);
create index alert_tellings_alert on alert_tellings (tenant_id, alert_id);
call protect('alert_tellings');

-- A campaign's counters once a minute, kept for twenty: a share of the last quarter of an hour without reading a million rows.
create table campaign_samples (
  tenant_id bigint not null default tenant_id(),
  campaign_id bigint not null,
  at timestamptz not null,
  went integer not null,
  arrived integer not null,
  read integer not null,
  failed integer not null,
  primary key (tenant_id, campaign_id, at),
  foreign key (tenant_id, campaign_id) references campaigns on delete cascade
);
call protect('campaign_samples');
