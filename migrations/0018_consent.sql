-- What people do not want: how much of it, a ledger that proves it, and the words that mean it.

alter table contacts
  -- What an opt-out covers: campaigns, or everything that is not an answer. Means nothing while opted_out_at is null.
  add column opted_out_scope text not null default 'marketing' check (opted_out_scope in ('marketing', 'all')),
  drop constraint contacts_opt_out_reason_check,
  add constraint contacts_opt_out_reason_check
    check (opt_out_reason in ('', 'keyword', 'whatsapp', '131050', 'manual', 'api', 'import'));

-- Only ever added to. It outlives the contact: whoever was deleted and is imported again has still said it.
create table consent_events (
  tenant_id bigint not null default tenant_id() references tenants on delete cascade,
  id bigint generated always as identity,
  contact_id bigint not null,
  -- Where they could be reached when they said it.
  address text collate "C" not null default '',
  what text not null check (what in ('opted_out', 'opted_in')),
  scope text not null check (scope in ('marketing', 'all')),
  how text not null check (how in ('keyword', 'whatsapp', '131050', 'manual', 'api', 'import')),
  -- What proves it: their message and its words, or the reason that somebody wrote down.
  wamid text not null default '',
  text text not null default '' check (length(text) <= 500),
  by_user bigint references users on delete set null,
  at timestamptz not null,
  noted_at timestamptz not null default now(),
  primary key (tenant_id, id)
);
create index consent_events_contact on consent_events (tenant_id, contact_id, id);
create index consent_events_address on consent_events (tenant_id, address, id) where address <> '';
call protect('consent_events');

-- Whoever is out already has an entry from before there was a ledger.
alter table consent_events no force row level security;
alter table contacts no force row level security;
insert into consent_events (tenant_id, contact_id, what, scope, how, at)
  select tenant_id, id, 'opted_out', 'marketing', coalesce(nullif(opt_out_reason, ''), 'manual'), opted_out_at
    from contacts where opted_out_at is not null;
alter table contacts force row level security;
alter table consent_events force row level security;

-- A workspace's own words and answers. No row, Recado's own.
create table opt_out_words (
  tenant_id bigint not null default tenant_id() references tenants on delete cascade,
  marketing text[] not null,
  everything text[] not null,
  back text[] not null,
  confirms boolean not null,
  marketing_text text not null,
  everything_text text not null,
  back_text text not null,
  primary key (tenant_id)
);
call protect('opt_out_words');
