-- name: of
select per_second, burst from pacing where number_id = %(number_id)s;

-- name: take
-- The clock of the database counts, so processes whose clocks differ still share one bucket. clock_timestamp, not now():
-- a transaction that waited for the row must see the time at which it got it.
with bucket as materialized (
  select number_id, least(burst, tokens + per_second * greatest(0, extract(epoch from clock_timestamp() - refilled_at))) as full_to
    from pacing where number_id = %(number_id)s for update
), granted as (
  select number_id, full_to, floor(least(greatest(full_to, 0), %(wanted)s::int))::int as n from bucket
)
update pacing p set tokens = g.full_to - g.n, refilled_at = greatest(p.refilled_at, clock_timestamp())
  from granted g where p.number_id = g.number_id
returning g.n;

-- name: give_back
update pacing set tokens = least(burst, tokens + %(unused)s) where number_id = %(number_id)s;

-- name: change
update pacing set per_second = %(per_second)s, burst = %(burst)s, tokens = least(tokens, %(burst)s)
 where number_id = %(number_id)s;
