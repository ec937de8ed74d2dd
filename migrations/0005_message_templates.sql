create table message_templates (
  tenant_id bigint not null default tenant_id(),
  id bigint generated always as identity,
  waba bigint not null,
  name text not null check (name ~ '^[a-z0-9_]{1,512}$'),
  language text not null,
  category text not null check (category in ('MARKETING', 'UTILITY', 'AUTHENTICATION')),
  header jsonb,
  body text not null check (length(body) between 1 and 1024),
  footer text not null default '' check (length(footer) <= 60),
  buttons jsonb not null default '[]',
  -- Variable name ("1" or "first_name") to its example, in the order of the body.
  examples jsonb not null default '{}',
  status text not null default 'draft' check (status in ('draft', 'pending', 'approved', 'rejected', 'paused', 'disabled',
    'in_appeal', 'pending_deletion', 'deleted', 'limit_exceeded', 'archived')),
  reason text not null default '',
  provider_id text,
  quality text not null default 'UNKNOWN',
  created_by bigint references users on delete set null,
  created_at timestamptz not null default now(),
  submitted_at timestamptz,
  reviewed_at timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, waba) references wabas on delete cascade,
  constraint message_templates_identity_key unique (tenant_id, waba, name, language)
);
create index message_templates_provider on message_templates (tenant_id, provider_id);
call protect('message_templates');
