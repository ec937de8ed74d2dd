-- One row per recipient is the truth; jobs only say that there is work.

create table campaigns (
  tenant_id bigint not null default tenant_id() references tenants on delete cascade,
  id bigint generated always as identity,
  name text not null check (length(name) between 1 and 120),
  number_id bigint not null,
  template_id bigint not null,
  -- {"kind": "everyone"} | {"kind": "labels", "ids": […]} | {"kind": "import", "id": …}
  audience jsonb not null default '{"kind": "everyone"}',
  -- Template variable to {"field": "name"} or {"text": "…"}, with an optional "fallback".
  variables jsonb not null default '{}',
  status text not null default 'draft' check (status in
    ('draft', 'scheduled', 'late', 'launching', 'sending', 'paused', 'completed', 'cancelled', 'failed')),
  scheduled_at timestamptz,
  launched_at timestamptz,
  finished_at timestamptz,
  -- What to do with a message whose outcome stays unknown after the grace time.
  uncertain_rule text not null default 'retry' check (uncertain_rule in ('retry', 'ask')),
  grace_seconds integer not null default 600 check (grace_seconds between 1 and 86400),
  stop_reason text not null default '',
  announced_at timestamptz,
  created_by bigint references users on delete set null,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id),
  foreign key (tenant_id, number_id) references phone_numbers,
  foreign key (tenant_id, template_id) references message_templates,
  check (status <> 'scheduled' or scheduled_at is not null)
);
create index campaigns_due on campaigns (scheduled_at) where status = 'scheduled';
create index campaigns_sending on campaigns (tenant_id, number_id) where status = 'sending';
call protect('campaigns', true);

create table campaign_recipients (
  tenant_id bigint not null default tenant_id(),
  id bigint generated always as identity,
  campaign_id bigint not null,
  contact_id bigint,
  -- Frozen at launch: where it goes ("+34…", or a business-scoped user id) and what fills the variables.
  address text not null,
  parameters jsonb not null default '[]',
  status text not null default 'pending' check (status in
    ('pending', 'retry', 'sending', 'uncertain', 'sent', 'failed', 'delivered', 'read', 'skipped', 'cancelled')),
  attempt smallint not null default 0,
  lease_until timestamptz,
  next_attempt_at timestamptz,
  wamid text,
  error_code integer,
  error_detail text not null default '',
  skip_reason text not null default '',
  -- Earlier attempts: [{"attempt", "at", "outcome", "code", "wamid"}]
  story jsonb,
  reaction_theirs text not null default '',
  sent_at timestamptz,
  delivered_at timestamptz,
  read_at timestamptz,
  failed_at timestamptz,
  answered_at timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, campaign_id) references campaigns on delete cascade,
  foreign key (tenant_id, contact_id) references contacts on delete set null (contact_id),
  -- Each person once; led by the person, it also answers "what did we send to them?" for the thread.
  constraint campaign_recipients_person_key unique (tenant_id, contact_id, campaign_id)
);
create index campaign_recipients_status on campaign_recipients (tenant_id, campaign_id, status, id);
create index campaign_recipients_due on campaign_recipients (next_attempt_at) where status in ('retry', 'uncertain');
create index campaign_recipients_leased on campaign_recipients (lease_until) where status = 'sending';
alter table campaign_recipients set (fillfactor = 70);
-- No door for the platform here: a policy with "or" keeps every index of this table, the largest one, from being used.
call protect('campaign_recipients');

-- Counters: triggers append, a job folds, readers add the two.
create table campaign_deltas (
  tenant_id bigint not null,
  campaign_id bigint not null,
  status text not null,
  n integer not null
);
create index campaign_deltas_campaign on campaign_deltas (tenant_id, campaign_id);
call protect('campaign_deltas', true);

create table campaign_counts (
  tenant_id bigint not null,
  campaign_id bigint not null,
  status text not null,
  n integer not null,
  primary key (tenant_id, campaign_id, status),
  foreign key (tenant_id, campaign_id) references campaigns on delete cascade
);
call protect('campaign_counts', true);

-- Who runs a lane: held, renewed, taken over when stale.
create table lanes (
  tenant_id bigint not null default tenant_id(),
  number_id bigint not null,
  lane smallint not null,
  holder uuid not null,
  held_until timestamptz not null,
  primary key (tenant_id, number_id, lane),
  foreign key (tenant_id, number_id) references phone_numbers on delete cascade
);
call protect('lanes');
