-- name: keep
-- b is binary: as text, each byte of each body would be written in hex, a tenth of the time of a webhook.
insert into intake_events (provider, digest, body, signers)
select %(provider)s, digest, body, nullif(signers, '')::bigint[]
  from unnest(%(digests)b::bytea[], %(bodies)b::bytea[], %(signers)b::text[]) as news (digest, body, signers)
on conflict (digest) do nothing;

-- name: waiting
-- Sizes first: a batch is bounded by bytes, and a body may have 3 MB.
select id, octet_length(body) as size from intake_events
 where state = 'waiting' and next_attempt_at <= now() and octet_length(body) between %(smallest)s and %(largest)s
 order by id limit 500;

-- name: claim
-- Held until the batch is done: if we die, the lock dies with us and somebody else reads them. Applying twice changes nothing.
select id, attempts, body, signers from intake_events
 where id = any(%(ids)s) and state = 'waiting'
 order by id for update skip locked;

-- name: settle
update intake_events e
   set state = r.state, error = r.error, kinds = r.kinds, numbers = r.numbers, updates = r.updates,
       unrouted = r.unrouted, unknown = r.unknown, attempts = e.attempts + (r.error <> '')::int,
       next_attempt_at = now() + r.wait * interval '1 second', processed_at = case when r.state = 'done' then now() end
  from jsonb_to_recordset(%(outcomes)s::jsonb)
    as r (id bigint, state text, error text, kinds text[], numbers text[], updates int, unrouted int, unknown int, wait int)
 where e.id = r.id;

-- name: forget_parts
-- Read once more, an event may belong to somebody else than the last time.
delete from intake_parts where event_id = any(%(ids)s) returning tenant_id;

-- name: keep_parts
insert into intake_parts (tenant_id, event_id, state, kinds, numbers, updates, unrouted, unknown, attempts, error, body,
                          received_at, processed_at)
select p.tenant_id, e.id, p.state, p.kinds, p.numbers, p.updates, p.unrouted, p.unknown, e.attempts, p.error,
       decode(p.body, 'base64'), e.received_at, case when p.state = 'done' then now() end
  from jsonb_to_recordset(%(parts)s::jsonb)
    as p (tenant_id bigint, event_id bigint, state text, kinds text[], numbers text[], updates int, unrouted int, unknown int,
          error text, body text)
  join intake_events e on e.id = p.event_id;

-- name: forget_processed
-- What nobody has connected yet stays: it is shown, and read again when somebody does. A workspace may keep its part for longer;
-- the bytes go with the last part.
with old as materialized (
  select id from intake_events where state in ('done', 'discarded') and unrouted = 0 and processed_at < now() - %(kept)s
), gone as (
  delete from intake_parts p using old where p.event_id = old.id and not exists (
    select from retention r where r.tenant_id = p.tenant_id
       and (r.webhooks_days is null or p.received_at >= now() - r.webhooks_days * interval '1 day'))
  returning p.tenant_id, p.event_id
)
delete from intake_events e using old where e.id = old.id and not exists (
  select from intake_parts p where p.event_id = e.id and not exists (
    select from gone g where g.event_id = p.event_id and g.tenant_id = p.tenant_id));

-- name: account
select waba_id from wabas where id = %(waba)s;

-- name: replay_unrouted
update intake_events set state = 'waiting', attempts = 0, next_attempt_at = now()
 where state = 'done' and unrouted > 0 and position(%(waba_id)s::bytea in body) > 0;

-- name: replay
update intake_events set state = 'waiting', attempts = 0, next_attempt_at = now() where id = any(%(ids)s);

-- name: discard
-- As long as another workspace has something dead in it, it stays dead.
update intake_events e set state = 'discarded', processed_at = now()
 where id = any(%(ids)s) and state = 'dead'
   and not exists (select from intake_parts p where p.event_id = e.id and p.state = 'dead');
