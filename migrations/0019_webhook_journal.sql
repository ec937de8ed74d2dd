-- Who may see a webhook: each workspace its own part of it, written when it is read. The database decides, not a page.

alter table intake_events
  drop constraint intake_events_state_check,
  -- discarded: somebody looked at a dead one and lets it be.
  add constraint intake_events_state_check check (state in ('waiting', 'done', 'dead', 'discarded')),
  add column kinds text[] not null default '{}',
  -- Phone number ids, display numbers where nobody has connected one, and accounts where no number is named.
  add column numbers text[] not null default '{}',
  add column updates integer not null default 0;
drop index intake_events_processed;
create index intake_events_processed on intake_events (processed_at) where state in ('done', 'discarded');
create index intake_events_dead on intake_events (id) where state = 'dead';
create index intake_events_unrouted on intake_events (id) where unrouted > 0;

-- No reference to intake_events: its key lock would write every event's row once more. forget_processed takes both.
create table intake_parts (
  tenant_id bigint not null default tenant_id() references tenants on delete cascade,
  event_id bigint not null,
  state text not null check (state in ('waiting', 'done', 'dead', 'discarded')),
  kinds text[] not null,
  numbers text[] not null,
  updates integer not null,
  unrouted integer not null,
  unknown integer not null,
  attempts smallint not null,
  error text not null,
  -- Cut out of a webhook that holds others' updates as well; null when all of it is theirs.
  body bytea,
  received_at timestamptz not null,
  processed_at timestamptz,
  primary key (tenant_id, event_id)
);
alter table intake_parts alter column body set storage external;
create index intake_parts_event on intake_parts (event_id);
create index intake_parts_dead on intake_parts (tenant_id, event_id) where state = 'dead';
create index intake_parts_unrouted on intake_parts (tenant_id, event_id) where unrouted > 0;
call protect('intake_parts', true);

-- The bytes as they came are for a workspace to which all of them belong.
create policy own_events on intake_events for select using (exists (
  select from intake_parts p
   where p.tenant_id = (select tenant_id()) and p.event_id = intake_events.id and p.body is null));

-- The tenant is named because the policies, with their second door, would not let the key be used.
create view webhook_parts with (security_invoker = true) as
  select p.event_id as id, p.state, p.kinds, p.numbers, p.updates, p.unrouted, p.unknown, p.attempts, p.error,
         p.received_at, p.processed_at, coalesce(p.body, e.body) as body, p.body is null as whole
    from intake_parts p left join intake_events e on e.id = p.event_id
   where p.tenant_id = (select tenant_id());

-- The journal as whoever asks may see it: a workspace its parts, the platform everything.
create view webhook_events with (security_invoker = true) as
  select * from webhook_parts
  union all
  select id, state, kinds, numbers, updates, unrouted, unknown, attempts, error, received_at, processed_at, body, true
    from intake_events
   where (select platform());
