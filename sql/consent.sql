-- name: opt_out
-- The first time counts: it is the proof.
update contacts set opted_out_at = coalesce(given.at, now()), opt_out_reason = %(reason)s, updated_at = now()
  from unnest(%(ids)s::bigint[], %(moments)s::timestamptz[]) given (id, at)
 where contacts.id = given.id and opted_out_at is null;

-- name: opt_in
update contacts set opted_out_at = null, opt_out_reason = '', updated_at = now()
  from unnest(%(ids)s::bigint[], %(moments)s::timestamptz[]) given (id, at)
 where contacts.id = given.id and opted_out_at <= coalesce(given.at, now());

-- name: portfolios
select waba_id, portfolio from wabas where waba_id = any(%(wabas)s);
