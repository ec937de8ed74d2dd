-- name: keep
insert into intake_events (provider, digest, body, signers)
select %(provider)s, digest, body, signers::bigint[]
  from unnest(%(digests)s::bytea[], %(bodies)s::bytea[], %(signers)s::text[]) as news (digest, body, signers)
on conflict (digest) do nothing;

-- name: waiting
-- Sizes first: a batch is bounded by bytes, and a body may have 3 MB.
select id, octet_length(body) as size from intake_events
 where state = 'waiting' and next_attempt_at <= now()
 order by id limit 500;

-- name: claim
-- Held until the batch is done: if we die, the lock dies with us and somebody else reads them. Applying twice changes nothing.
select id, attempts, body, signers from intake_events
 where id = any(%(ids)s) and state = 'waiting'
 order by id for update skip locked;

-- name: settle
update intake_events e
   set state = r.state, error = r.error, unrouted = r.unrouted, unknown = r.unknown,
       attempts = e.attempts + (r.error <> '')::int, next_attempt_at = now() + r.wait * interval '1 second',
       processed_at = case when r.state = 'done' then now() end
  from unnest(%(ids)s::bigint[], %(states)s::text[], %(errors)s::text[], %(unrouted)s::int[], %(unknown)s::int[], %(waits)s::int[])
    as r (id, state, error, unrouted, unknown, wait)
 where e.id = r.id;

-- name: forget_processed
-- What nobody has connected yet stays: it is shown, and read again when somebody does.
delete from intake_events where state = 'done' and unrouted = 0 and processed_at < now() - %(kept)s;

-- name: account
select waba_id from wabas where id = %(waba)s;

-- name: replay_unrouted
update intake_events set state = 'waiting', attempts = 0, next_attempt_at = now()
 where state = 'done' and unrouted > 0 and position(%(waba_id)s::bytea in body) > 0;
