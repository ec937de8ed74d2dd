-- name: of
select per_second, burst from pacing where number_id = %(number_id)s;

-- name: slow_down
-- Halved, not below a twentieth, at most once a second: one batch brings the same word many times. A second time within half a
-- minute belongs to the same trouble; of ten such troubles in a day each costs a minute's rest, of twenty five, of fifty ten.
with slowed as (
  select number_id, case when rate_errors_on < current_date then 1 when slowed_at < clock_timestamp() - interval '30 seconds'
                         then rate_errors + 1 else rate_errors end as troubles, slowed_at < clock_timestamp() - interval '30 seconds' as anew
    from pacing where number_id = %(number_id)s and slowed_at < clock_timestamp() - interval '1 second' for update
)
update pacing p
   set slowed_to = greatest(0.05, unslowed(p.slowed_to, p.slowed_at) / 2), slowed_at = clock_timestamp(),
       tokens = 0, refilled_at = clock_timestamp() + interval '1 second', rate_errors = s.troubles, rate_errors_on = current_date,
       paused_until = case when s.anew and s.troubles >= 10
         then clock_timestamp() + interval '1 minute' * case when s.troubles >= 50 then 10 when s.troubles >= 20 then 5 else 1 end
         else p.paused_until end
  from slowed s where p.number_id = s.number_id;

-- name: turn
select take_turn(%(number_id)s, %(contact_id)s, %(begins)s);
