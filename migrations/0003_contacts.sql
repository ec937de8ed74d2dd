-- People are identities, not phone numbers: a webhook may carry a business-scoped user id and no phone at all.

create table contacts (
  tenant_id bigint not null default tenant_id() references tenants on delete cascade,
  id bigint generated always as identity,
  name text not null default '' check (length(name) <= 200),
  email text not null default '',
  company text not null default '',
  language text not null default '',
  variables jsonb not null default '{}',
  opted_out_at timestamptz,
  search tsvector generated always as (to_tsvector('simple', fold(name || ' ' || company || ' ' || email))) stored,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (tenant_id, id)
);
create index contacts_search on contacts using gin (search);
call protect('contacts');

create table contact_identities (
  tenant_id bigint not null default tenant_id(),
  contact_id bigint not null,
  kind text not null check (kind in ('phone', 'wa_id', 'bsuid', 'username')),
  value text collate "C" not null check (value <> ''),
  -- A business-scoped user id means something only inside its business portfolio; '' for the other kinds.
  portfolio text not null default '',
  primary key (tenant_id, kind, value, portfolio),
  foreign key (tenant_id, contact_id) references contacts on delete cascade
);
create index contact_identities_contact on contact_identities (tenant_id, contact_id);
-- People look for a number by its last digits as often as by its first.
create index contact_identities_ending on contact_identities (tenant_id, reverse(value) text_pattern_ops) where kind = 'phone';
call protect('contact_identities');

create table labels (
  tenant_id bigint not null default tenant_id() references tenants on delete cascade,
  id bigint generated always as identity,
  name text not null check (length(name) between 1 and 60),
  tone text not null default 'primary' check (tone in ('primary', 'success', 'warning', 'danger', 'info')),
  created_at timestamptz not null default now(),
  primary key (tenant_id, id)
);
create unique index labels_name_key on labels (tenant_id, fold(name));
call protect('labels');

create table contact_labels (
  tenant_id bigint not null default tenant_id(),
  label_id bigint not null,
  contact_id bigint not null,
  primary key (tenant_id, label_id, contact_id),
  foreign key (tenant_id, label_id) references labels on delete cascade,
  foreign key (tenant_id, contact_id) references contacts on delete cascade
);
create index contact_labels_contact on contact_labels (tenant_id, contact_id);
call protect('contact_labels');

create table contact_imports (
  tenant_id bigint not null default tenant_id() references tenants on delete cascade,
  id bigint generated always as identity,
  file_id bigint not null,
  state text not null default 'mapping' check (state in ('mapping', 'running', 'done', 'failed', 'cancelled')),
  sheet jsonb not null,
  mapping jsonb,
  label text not null default '',
  bytes_done bigint not null default 0,
  rows_done integer not null default 0,
  added integer not null default 0,
  updated integer not null default 0,
  repeated integer not null default 0,
  refused integer not null default 0,
  error text not null default '',
  created_by bigint references users on delete set null,
  created_at timestamptz not null default now(),
  started_at timestamptz,
  finished_at timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, file_id) references files
);
call protect('contact_imports');

create table contact_import_members (
  tenant_id bigint not null default tenant_id(),
  import_id bigint not null,
  contact_id bigint not null,
  primary key (tenant_id, import_id, contact_id),
  foreign key (tenant_id, import_id) references contact_imports on delete cascade,
  foreign key (tenant_id, contact_id) references contacts on delete cascade
);
create index contact_import_members_contact on contact_import_members (tenant_id, contact_id);
call protect('contact_import_members');

create table contact_import_refusals (
  tenant_id bigint not null default tenant_id(),
  import_id bigint not null,
  line integer not null,
  reason text not null,
  cells text[] not null,
  primary key (tenant_id, import_id, line),
  foreign key (tenant_id, import_id) references contact_imports on delete cascade
);
call protect('contact_import_refusals');
