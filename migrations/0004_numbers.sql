-- WhatsApp Business Accounts with their sealed credentials, their phone numbers, and each number's send rate.

create table wabas (
  tenant_id bigint not null default tenant_id() references tenants on delete cascade,
  id bigint generated always as identity,
  provider text not null default 'meta' check (provider in ('meta')),
  waba_id text not null,
  name text not null default '',
  portfolio text not null default '',
  access_token bytea not null,
  app_secret bytea not null,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id),
  -- Template and account events name only the WABA, so it must lead to one tenant.
  constraint wabas_waba_id_key unique (waba_id)
);
call protect('wabas', true);

create table phone_numbers (
  tenant_id bigint not null default tenant_id(),
  id bigint generated always as identity,
  waba bigint not null,
  phone_number_id text not null,
  display text not null,
  verified_name text not null default '',
  quality text not null default 'UNKNOWN',
  throughput text not null default 'STANDARD',
  tier text not null default '',
  status text not null default 'CONNECTED',
  last_inbound_at timestamptz,
  checked_at timestamptz,
  disconnected_at timestamptz,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id),
  foreign key (tenant_id, waba) references wabas on delete cascade,
  constraint phone_numbers_phone_number_id_key unique (phone_number_id)
);
call protect('phone_numbers', true);

-- The token bucket of a number: refilled by the clock of the database, so all processes share it.
create table pacing (
  tenant_id bigint not null default tenant_id(),
  number_id bigint not null,
  per_second real not null default 70 check (per_second > 0),
  burst real not null default 100 check (burst >= 1),
  tokens real not null default 100,
  refilled_at timestamptz not null default now(),
  primary key (tenant_id, number_id),
  foreign key (tenant_id, number_id) references phone_numbers on delete cascade
);
alter table pacing set (fillfactor = 50);
call protect('pacing');
