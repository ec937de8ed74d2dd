-- Numbers may move from one workspace to another, are looked over, change their token without a gap, and are set up step by step.

-- One workspace at a time has an account or a number; whoever gave it up keeps the row, and with it the history.
alter table wabas
  add column released_at timestamptz,
  -- What may have signed a webhook that is still on its way from before the last change, and until when it is believed.
  add column former_secret bytea,
  add column former_until timestamptz,
  drop constraint wabas_waba_id_key,
  add constraint wabas_own_key unique (tenant_id, waba_id);
create unique index wabas_held_key on wabas (waba_id) where released_at is null;
alter table phone_numbers
  drop constraint phone_numbers_phone_number_id_key,
  add constraint phone_numbers_own_key unique (tenant_id, phone_number_id);
create unique index phone_numbers_connected_key on phone_numbers (phone_number_id) where disconnected_at is null;

select set_config('app.platform', 'on', true);
update wabas w set released_at = now()
 where not exists (select from phone_numbers n where n.tenant_id = w.tenant_id and n.waba = w.id and n.disconnected_at is null);
select set_config('app.platform', '', true);

drop trigger audited on wabas;
call audited('wabas', 'waba_id', '{access_token,app_secret,former_secret}', '{former_until}');

-- What the last look over a number found, as Meta said it.
create table number_inspections (
  tenant_id bigint not null default tenant_id(),
  number_id bigint not null,
  at timestamptz not null default now(),
  findings jsonb not null,
  primary key (tenant_id, number_id),
  foreign key (tenant_id, number_id) references phone_numbers on delete cascade
);
call protect('number_inspections');

-- How far a workspace has come with its app at Meta. Token and secret move to the account as soon as a number is connected.
create table number_setups (
  tenant_id bigint not null default tenant_id() references tenants on delete cascade,
  app_id text not null default '',
  app_name text not null default '',
  app_secret bytea,
  product_added_at timestamptz,
  access_token bytea,
  token_expires_at timestamptz,
  waba_id text not null default '',
  number_id bigint,
  verify_token text not null,
  verified_at timestamptz,
  hooked_at timestamptz,
  started_at timestamptz not null default now(),
  primary key (tenant_id),
  constraint number_setups_verify_token_key unique (verify_token),
  foreign key (tenant_id, number_id) references phone_numbers on delete set null (number_id)
);
-- Meta's call that verifies an address says nothing but the verify token.
call protect('number_setups', true);
call audited('number_setups', 'app_name', '{app_secret,access_token,verify_token}', '{verified_at}');
