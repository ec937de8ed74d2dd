-- name: of
select failures, opened_at, coalesce(opened_at + %(rest)s > clock_timestamp(), false) as resting, probes, passed, times, reason
  from breakers where number_id = %(number_id)s;

-- name: lock
select failures, opened_at, coalesce(opened_at + %(rest)s > clock_timestamp(), false) as resting, probes, passed, times, reason
  from breakers where number_id = %(number_id)s for update;

-- name: begin
insert into breakers (number_id) values (%(number_id)s) on conflict do nothing;

-- name: save
update breakers
   set failures = %(failures)s, opened_at = case when %(opens)s then clock_timestamp() else %(opened_at)s end,
       probes = %(probes)s, passed = %(passed)s, times = %(times)s, reason = %(reason)s
 where number_id = %(number_id)s;

-- name: reset
update breakers set failures = 0, opened_at = null, probes = 0, passed = 0, reason = ''
 where number_id = %(number_id)s and (failures > 0 or opened_at is not null);
