-- What the provider sent, byte for byte, before anybody looked at it. Of no tenant until it is read.
create table intake_events (
  id bigint generated always as identity primary key,
  provider text not null check (provider in ('meta')),
  digest bytea not null,
  body bytea not null,
  state text not null default 'waiting' check (state in ('waiting', 'done', 'dead')),
  attempts smallint not null default 0,
  next_attempt_at timestamptz not null default now(),
  error text not null default '',
  -- Numbers and accounts nobody has connected: kept and shown, never dropped.
  unrouted integer not null default 0,
  unknown integer not null default 0,
  received_at timestamptz not null default now(),
  processed_at timestamptz,
  constraint intake_events_digest_key unique (digest)
);
alter table intake_events alter column body set storage external;
create index intake_events_waiting on intake_events (id) where state = 'waiting';
create index intake_events_processed on intake_events (processed_at) where state = 'done';
alter table intake_events enable row level security;
alter table intake_events force row level security;
create policy platform_door on intake_events using ((select platform()));
