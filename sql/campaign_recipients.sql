-- name: pace
-- The latest sends stand right before the first person who still waits, so this walks 10,000 rows of the primary key and
-- not a million. `series` is the last two minutes in slices of five seconds; null when the rows do not reach back that far.
with edge as (
  select coalesce((select min(id) from campaign_recipients where campaign_id = %(id)s and status = 'pending'),
                  9223372036854775807) as id
), latest as materialized (
  select r.sent_at from campaign_recipients r, edge
   where r.id < edge.id and r.campaign_id = %(id)s
   order by r.id desc limit 10000
), reached as (
  select count(*) = 10000 and min(sent_at) > now() - interval '2 minutes' as short,
         greatest(min(sent_at), now() - interval '1 minute') as since from latest
), slices as (
  select floor(extract(epoch from now() - sent_at) / 5) as slice, count(*) as n
    from latest where sent_at > now() - interval '2 minutes' group by 1
)
select (select count(*) from latest, reached where sent_at >= since)::float
         / greatest(extract(epoch from now() - since), 1)::float as per_second,
       case when not short then (select array_agg(coalesce(s.n, 0) / 5.0 order by k desc)
                                   from generate_series(0, 23) k left join slices s on s.slice = k)::float[] end as series
  from reached;

-- name: failures
select error_code as code, error_detail = 'outcome unknown' as left_unknown, count(*) as n from campaign_recipients
 where campaign_id = %(id)s and status = 'failed' group by 1, 2;

-- name: search
-- A page of each state, merged: the order of the index, so the last page costs what the first one does.
select r.id, r.contact_id, coalesce(k.name, '') as name, r.address, r.status, r.attempt, r.next_attempt_at, r.error_code,
       r.error_detail, r.skip_reason, r.sent_at, r.delivered_at, r.read_at, r.failed_at, r.answered_at
  from unnest(%(statuses)s::text[]) as wanted (status), lateral (
    select * from campaign_recipients each_one
     where each_one.campaign_id = %(id)s and each_one.status = wanted.status and each_one.id > %(last)s
     order by each_one.id limit 51) r
  left join contacts k on k.id = r.contact_id
 order by r.id limit 51;
