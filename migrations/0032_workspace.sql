-- What a workspace says of itself: its look, its hours, what it keeps and for how long; its archive; and its end.

alter table tenants
  -- Empty is Recado's own.
  add column brand_colour text not null default '' check (brand_colour ~ '^(#[0-9a-f]{6})?$'),
  add column accent_colour text not null default '' check (accent_colour ~ '^(#[0-9a-f]{6})?$'),
  add column logo_file bigint,
  -- Those that its people can choose from.
  add column languages text[] not null default '{es,pt-BR,en,id}' check (cardinality(languages) between 1 and 20),
  -- Asked for by the owner; from this moment on everything of it is deleted. Nothing is sent meanwhile.
  add column delete_at timestamptz,
  add column delete_asked_at timestamptz,
  add column delete_asked_by bigint references users on delete set null,
  add column delete_warned_at timestamptz,
  add constraint tenants_logo_file_fkey foreign key (id, logo_file) references files (tenant_id, id) on delete set null (logo_file),
  add constraint tenants_deletion_check check ((delete_at is null) = (delete_asked_at is null));
create index tenants_leaving on tenants (delete_at) where delete_at is not null;

-- Minutes of a day. A range that ends after midnight belongs to the day on which it began.
create table business_hours (
  tenant_id bigint not null default tenant_id() references tenants on delete cascade,
  -- As ISO counts: Monday is 1.
  weekday smallint not null check (weekday between 1 and 7),
  opens smallint not null check (opens between 0 and 1439),
  closes smallint not null check (closes > opens and closes <= opens + 1440),
  primary key (tenant_id, weekday, opens)
);
call protect('business_hours');

create table holidays (
  tenant_id bigint not null default tenant_id() references tenants on delete cascade,
  id bigint generated always as identity,
  name text not null check (length(name) between 1 and 80),
  day date not null,
  -- The same day and month of each year from then on.
  yearly boolean not null default false,
  primary key (tenant_id, id),
  constraint holidays_day_key unique (tenant_id, day)
);
call protect('holidays');

-- Days after which something is forgotten; null is for ever. No row: webhooks after 30 days, the rest never.
create table retention (
  tenant_id bigint not null default tenant_id() references tenants on delete cascade,
  messages_days integer check (messages_days between 30 and 36500),
  files_days integer check (files_days between 30 and 36500),
  webhooks_days integer default 30 check (webhooks_days between 30 and 36500),
  audit_days integer check (audit_days between 30 and 36500),
  primary key (tenant_id)
);
call protect('retention', true);

-- Everything of a workspace in one archive.
create table workspace_exports (
  tenant_id bigint not null default tenant_id() references tenants on delete cascade,
  id bigint generated always as identity,
  status text not null default 'running' check (status in ('running', 'done', 'failed', 'expired')),
  language text not null,
  tables_done integer not null default 0,
  tables_total integer not null default 0,
  rows bigint not null default 0,
  bytes bigint not null default 0,
  file_id bigint,
  created_by bigint references users on delete set null,
  created_at timestamptz not null default now(),
  finished_at timestamptz,
  expires_at timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, file_id) references files on delete set null (file_id)
);
create unique index workspace_exports_one_at_a_time on workspace_exports (tenant_id) where status = 'running';
create index workspace_exports_expiring on workspace_exports (expires_at) where status = 'done';
call protect('workspace_exports', true);
