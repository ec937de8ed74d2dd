-- name: tenants_to_watch
-- Through the platform's door: who sends, and who has something open.
select tenant_id from campaigns where status = 'sending' or finished_at > now() - interval '20 minutes'
union
select tenant_id from alerts where resolved_at is null;

-- name: operators
-- Where the people who run this installation work: the first workspace of each super admin, or the only one there is.
select first.tenant_id from users u, lateral (
  select m.tenant_id from memberships m where m.user_id = u.id order by m.created_at limit 1) first where u.super_admin
union
select id from tenants where (select count(*) from tenants) = 1;

-- name: sample
with counted as (
  select c.id, c.launched_at, coalesce(sum(k.n) filter (where k.status in ('sent', 'delivered', 'read', 'failed')), 0) as went,
         coalesce(sum(k.n) filter (where k.status in ('delivered', 'read')), 0) as arrived,
         coalesce(sum(k.n) filter (where k.status = 'read'), 0) as read,
         coalesce(sum(k.n) filter (where k.status = 'failed'), 0) as failed
    from campaigns c left join lateral (
      select status, n from campaign_counts where campaign_counts.tenant_id = c.tenant_id and campaign_id = c.id
      union all
      select status, n from campaign_deltas where campaign_deltas.tenant_id = c.tenant_id and campaign_id = c.id) k on true
   where c.status = 'sending' or c.finished_at > now() - interval '20 minutes'
   group by c.tenant_id, c.id, c.launched_at
), forgotten as (
  delete from campaign_samples where at < now() - interval '20 minutes'
), begun as (
  -- A fast campaign is over before its first minute, and began at nothing.
  insert into campaign_samples (campaign_id, at, went, arrived, read, failed)
  select id, launched_at, 0, 0, 0, 0 from counted where launched_at > now() - interval '5 minutes'
  on conflict do nothing
)
insert into campaign_samples (campaign_id, at, went, arrived, read, failed)
select id, date_trunc('minute', now()), went, arrived, read, failed from counted
on conflict do nothing;

-- name: look
-- The last quarter of an hour, or as much of it as there is: the newest counters against those nearest to its beginning.
with span as (
  select c.id, c.number_id, newest.went - oldest.went as went, newest.failed - oldest.failed as failed,
         newest.arrived - oldest.arrived as arrived, newest.read - oldest.read as read,
         oldest.at <= now() - interval '14 minutes' as whole
    from campaigns c,
         lateral (select * from campaign_samples s where s.campaign_id = c.id order by s.at desc limit 1) newest,
         lateral (select * from campaign_samples s where s.campaign_id = c.id
                   order by abs(extract(epoch from s.at - (now() - interval '15 minutes'))) limit 1) oldest
   where c.status = 'sending' or c.finished_at > now() - interval '20 minutes'
), by_number as (
  select number_id, sum(went) as went, sum(failed) as failed, count(*) as campaigns, bool_and(whole) as whole,
         sum(arrived) + sum(read) as heard
    from span group by number_id
)
select 'campaign_failing' as kind, id::text as key, jsonb_build_object('failed', failed, 'went', went) as facts
  from span where went >= %(at_least)s and failed >= went * %(share)s::float
union all
select 'number_failing', number_id::text, jsonb_build_object('failed', failed, 'went', went)
  from by_number where campaigns > 1 and went >= %(at_least)s and failed >= went * %(share)s::float
union all
select 'webhooks_silent', b.number_id::text, jsonb_build_object('went', b.went)
  from by_number b join phone_numbers n on n.id = b.number_id
 where b.whole and b.heard = 0 and b.went - b.failed >= %(unheard)s
   and coalesce(n.last_inbound_at, '-infinity') < now() - interval '15 minutes';

-- name: look_at_platform
-- Through the platform's door. A job that was put off counts from when it may run.
with waiting as (
  select j.queue_name as queue, extract(epoch from now() - min(coalesce(j.scheduled_at, e.at)))::int as seconds
    from procrastinate_jobs j join procrastinate_events e on e.job_id = j.id and e.type = 'deferred'
   where j.status = 'todo' and (j.scheduled_at is null or j.scheduled_at <= now()) group by 1
), dead as (
  select queue_name as queue, count(*) as n from procrastinate_jobs where status = 'failed' group by 1
  union all
  select 'intake_events', count(*) from intake_events where state = 'dead' having count(*) > 0
)
select 'worker_silent' as kind, id::text as key,
       jsonb_build_object('minutes', ceil(extract(epoch from now() - heartbeat_at) / 60)::int, 'process', name, 'host', host) as facts
  from workers where heartbeat_at < now() - %(silent)s
union all
select 'queue_late', queue, jsonb_build_object('minutes', ceil(seconds / 60.0)::int)
  from waiting where seconds > coalesce((%(late)s::jsonb ->> queue)::int, (%(late)s::jsonb ->> '')::int)
union all
select 'dead_letters', queue, jsonb_build_object('count', n) from dead;

-- name: nobody_works
select not exists (select from workers where works and heartbeat_at > now() - %(silent)s);
