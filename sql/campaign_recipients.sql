-- The platform's door makes the tenant an "or" in the policy, which no index can follow (measured: 290 ms for a page of
-- 300,000 people). The campaign brings its tenant as a plain value, and an index in order serves the same page in 2 ms.

-- name: pace
-- The latest sends stand right before the first person who still waits, so this walks 10,000 rows of the primary key and
-- not a million. `series` is the last two minutes in slices of five seconds; null when the rows do not reach back that far.
with edge as materialized (
  select c.id, coalesce(w.id, 9223372036854775807) as first_waiting
    from campaigns c left join lateral (
      select r.id from campaign_recipients r
       where r.tenant_id = c.tenant_id and r.campaign_id = c.id and r.status = 'pending' order by r.id limit 1) w on true
   where c.id = %(id)s
), latest as materialized (
  select l.sent_at from edge join campaigns c on c.id = edge.id, lateral (
    select r.sent_at, r.campaign_id from campaign_recipients r
     where r.tenant_id = c.tenant_id and r.id < edge.first_waiting
     order by r.id desc limit 10000) l
   where l.campaign_id = edge.id
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
select r.error_code as code, r.error_detail = 'outcome unknown' as left_unknown, count(*) as n
  from campaigns c join campaign_recipients r on r.tenant_id = c.tenant_id and r.campaign_id = c.id
 where c.id = %(id)s and r.status = 'failed' group by 1, 2;

-- name: search
-- A page of each state, merged: the order of the index, so the last page costs what the first one does.
select r.id, r.contact_id, coalesce(k.name, '') as name, r.address, r.status, r.attempt, r.next_attempt_at, r.error_code,
       r.error_detail, r.skip_reason, r.sent_at, r.delivered_at, r.read_at, r.failed_at, r.answered_at, r.variant
  from (
    select found.* from campaigns c, unnest(%(statuses)s::text[]) as wanted (status), lateral (
      select * from campaign_recipients r
       where r.tenant_id = c.tenant_id and r.campaign_id = c.id and r.status = wanted.status and r.id > %(last)s
       order by r.id limit 51) found
     where c.id = %(id)s
     order by found.id limit 51) r
  left join contacts k on k.id = r.contact_id
 order by r.id;

-- name: failed_without_code
select coalesce(array_agg(id), '{}') from campaign_recipients
 where campaign_id = %(id)s and status = 'failed' and error_code is null and (error_detail = 'outcome unknown') = %(unknown)s;

-- name: find
select r.id, r.contact_id, coalesce(k.name, '') as name, r.address, r.status, r.attempt, r.next_attempt_at, r.error_code,
       r.error_detail, r.skip_reason, r.sent_at, r.delivered_at, r.read_at, r.failed_at, r.answered_at, r.variant, r.campaign_id,
       r.wamid, coalesce(r.story, '[]') as story
  from campaign_recipients r left join contacts k on k.id = r.contact_id
 where r.id = %(id)s and r.campaign_id = %(campaign_id)s;

-- name: exclude
-- A lane that has claimed them was first.
update campaign_recipients set status = 'skipped', skip_reason = %(reason)s, next_attempt_at = null
 where id = %(id)s and status in ('pending', 'retry');

-- name: refused_marketing
-- Whoever was merged into somebody else or deleted has no contact any more.
select contact_id, failed_at as at, coalesce(wamid, '') as wamid, error_detail as text from campaign_recipients
 where id = any(%(ids)s) and error_code = %(code)s and contact_id is not null;
