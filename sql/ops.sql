-- name: queues
-- Per second over the last sixty: this minute so far, and as much of the one before as is not over.
with sizes as (
  select queue, count(*) filter (where due) as waiting, count(*) filter (where status = 'doing') as running,
         count(*) filter (where status = 'todo' and not due) as delayed, count(*) filter (where status = 'failed') as failed,
         min(scheduled_at) filter (where due) as due_since, min(id) filter (where due and scheduled_at is null) as first_id
    from (select *, status = 'todo' and (scheduled_at is null or scheduled_at <= now()) as due from jobs) j
   where %(number_id)s::bigint is null or (arguments ->> 'number_id')::bigint = %(number_id)s
   group by queue
), pace as (
  select queue, sum((done + failed) * case when minute = date_trunc('minute', now()) then 1
           else 1 - extract(epoch from now() - date_trunc('minute', now())) / 60 end) / 60 as per_second
    from job_minutes where minute >= date_trunc('minute', now()) - interval '1 minute' group by queue
)
select q.name, coalesce(s.waiting, 0) as waiting, coalesce(s.running, 0) as running, coalesce(s.delayed, 0) as delayed,
       coalesce(s.failed, 0) as failed,
       case when s.waiting > 0 then extract(epoch from now() - least(s.due_since, e.at, now()))::float end as oldest,
       case when %(number_id)s::bigint is null then coalesce(p.per_second, 0)::float end as per_second
  from unnest(%(names)s::text[]) with ordinality q (name, place)
  left join sizes s on s.queue = q.name
  left join pace p on p.queue = q.name
  left join lateral (select min(at) as at from procrastinate_events v where v.job_id = s.first_id and v.type = 'deferred') e on true
 order by q.place;

-- name: dead_letters
select j.id, j.queue, j.task, j.arguments, j.attempts, coalesce(e.error, '') as error, coalesce(t.name, '') as workspace,
       coalesce(e.failed_at, (select max(at) from procrastinate_events v where v.job_id = j.id and v.type = 'failed'), now()) as failed_at
  from jobs j left join job_errors e on e.job_id = j.id left join tenants t on t.id = j.tenant
 where j.status = 'failed' and (%(queue)s = '' or j.queue = %(queue)s)
 order by j.id desc limit %(most)s;

-- name: dead_letter
select id from jobs where id = %(id)s and status = 'failed';

-- name: retry
select requeue(array(
  select id from jobs where status = 'failed' and (%(queue)s = '' or queue = %(queue)s) and (%(id)s::bigint is null or id = %(id)s)), true);

-- name: tell_of_clearing
select add_to_audit_log(j.tenant, 'platform.delete', min(j.id), j.task, null, null, count(*)::int)
  from jobs j join tenants t on t.id = j.tenant
 where j.status = 'failed' and (%(queue)s = '' or j.queue = %(queue)s) and (%(id)s::bigint is null or j.id = %(id)s)
 group by j.tenant, j.task;

-- name: clear
with gone as (
  delete from procrastinate_jobs where id in (
    select id from jobs
     where status = 'failed' and (%(queue)s = '' or queue = %(queue)s) and (%(id)s::bigint is null or id = %(id)s))
  returning 1)
select count(*)::int from gone;

-- name: give_up
-- A job that takes its process with it every time must not do so for ever.
update procrastinate_jobs set status = 'failed', worker_id = null where id in (
  select id from jobs
   where status = 'doing' and attempts >= %(most_runs)s and (%(queue)s = '' or queue = %(queue)s) and is_stalled(worker_id, %(silent)s));

-- name: recover
select requeue(array(
  select id from jobs where status = 'doing' and (%(queue)s = '' or queue = %(queue)s) and is_stalled(worker_id, %(silent)s)), false);

-- name: stuck
-- What should have moved on by itself a while ago, with a margin: in good health none of it is ever seen here.
select 'job' as kind, null::bigint as campaign_id, j.queue as name, count(*)::int as n, min(e.at) as since
  from jobs j left join procrastinate_events e on e.job_id = j.id and e.type = 'started'
 where j.status = 'doing' and is_stalled(j.worker_id, interval '45 seconds') group by 3
union all
select 'lease', c.id, c.name, count(*)::int, min(r.lease_until)
  from campaign_recipients r join campaigns c on c.id = r.campaign_id
 where r.status = 'sending' and r.lease_until < now() - interval '45 seconds' group by 2, 3
union all
select 'uncertain', c.id, c.name, count(*)::int, min(r.next_attempt_at)
  from campaign_recipients r join campaigns c on c.id = r.campaign_id
 where r.status = 'uncertain' and r.next_attempt_at < now() - interval '1 minute' and c.status in ('sending', 'paused', 'cancelled')
 group by 2, 3
union all
select 'launch', id, name, 1, launched_at from campaigns where status = 'launching' and launched_at < now() - interval '5 minutes'
union all
select 'still', c.id, c.name, 1, greatest(c.announced_at, c.launched_at) from campaigns c
 where c.status = 'sending' and greatest(c.announced_at, c.launched_at) < now() - interval '5 minutes' and number_waits(c.number_id) = 0
 order by since nulls last limit 50;

-- name: numbers
select n.id, n.display, n.verified_name, n.status, n.last_inbound_at, p.per_second as target, p.ceiling,
       unslowed(p.slowed_to, p.slowed_at)::float as slowed_to, coalesce(b.reason, '') as reason,
       case when b.opened_at is null then 'closed' when b.opened_at + %(rest)s > now() then 'open' else 'trying' end as breaker,
       coalesce(r.per_second, 0)::float as now, coalesce(f.people_by_hand, tier_people(f.tier)) as people_limit,
       coalesce(f.tier, '') as tier, (select coalesce(sum(m.people), 0)::int from portfolio_minutes m
          where m.portfolio = f.id and m.minute > counting_since()) as people_used
  from phone_numbers n
  left join wabas w on w.id = n.waba left join portfolios f on f.id = w.portfolio_row
  left join pacing p on p.number_id = n.id left join breakers b on b.number_id = n.id
  left join lateral (select sum(s.per_second) as per_second from number_rates s
                      where s.number_id = n.id and s.measured_at > now() - interval '25 seconds') r on true
 where n.disconnected_at is null
 order by b.opened_at nulls last, now desc, n.id limit 100;

-- name: platform
-- Through the platform's door: facts of the installation. The journal is of no workspace.
select (select count(*) from tenants) = 1 as alone,
       (select max(ended_at) from schedule_runs where task in ('schedule.rescue_jobs', 'schedule.recover_campaigns')) as looked_at,
       (select count(*) from intake_events where state = 'waiting')::int as webhooks_waiting,
       (select count(*) from intake_events where state = 'dead')::int as webhooks_dead,
       (select extract(epoch from now() - min(received_at))::float from intake_events where state = 'waiting') as webhooks_oldest;

-- name: workers
select name, host, pid, started_at, heartbeat_at, memory, works, running,
       greatest(0, extract(epoch from now() - heartbeat_at))::float as silent, extract(epoch from now() - started_at)::float as uptime
  from workers order by heartbeat_at < now() - interval '30 seconds', works desc, started_at;

-- name: breakers
select count(*) filter (where opened_at + %(rest)s > now())::int as open,
       count(*) filter (where opened_at + %(rest)s <= now())::int as trying
  from breakers;

-- name: migrated
select count(*)::int from applied_files where name = any(%(names)s);

-- name: arrive
-- Whoever died here before us is replaced by us.
delete from workers where host = %(host)s and name = %(name)s and heartbeat_at < now() - interval '30 seconds';

-- name: beat
insert into workers (id, name, host, pid, started_at, memory, works, running)
values (%(id)s, %(name)s, %(host)s, %(pid)s, %(started_at)s, %(memory)s, %(works)s, %(running)s)
on conflict (id) do update set heartbeat_at = now(), memory = excluded.memory, running = excluded.running;

-- name: leave
delete from workers where id = %(id)s;

-- name: add_minutes
insert into job_minutes as m (tenant_id, minute, queue, done, failed, seconds)
select * from unnest(%(tenants)s::bigint[], %(minutes)s::timestamptz[], %(queues)s::text[], %(done)s::int[], %(failed)s::int[], %(seconds)s::real[])
on conflict (tenant_id, minute, queue) do update
  set done = m.done + excluded.done, failed = m.failed + excluded.failed, seconds = m.seconds + excluded.seconds;

-- name: keep_errors
-- A job that was done at its next attempt is gone already.
insert into job_errors as e (tenant_id, job_id, error, failed_at)
select f.tenant, f.job_id, f.error, f.failed_at
  from unnest(%(tenants)s::bigint[], %(jobs)s::bigint[], %(errors)s::text[], %(times)s::timestamptz[]) f (tenant, job_id, error, failed_at)
  join procrastinate_jobs j on j.id = f.job_id
on conflict (job_id) do update set error = excluded.error, failed_at = excluded.failed_at;

-- name: note_runs
insert into schedule_runs (task, ended_at, seconds, failed)
select * from unnest(%(tasks)s::text[], %(times)s::timestamptz[], %(seconds)s::real[], %(failed)s::boolean[])
on conflict (task) do update set ended_at = excluded.ended_at, seconds = excluded.seconds, failed = excluded.failed;

-- name: note_rates
insert into number_rates (tenant_id, number_id, worker_id, per_second)
select n.tenant_id, n.id, %(worker)s, r.per_second
  from unnest(%(phones)s::text[], %(rates)s::real[]) r (phone, per_second) join phone_numbers n on n.phone_number_id = r.phone
on conflict (tenant_id, number_id, worker_id) do update set per_second = excluded.per_second, measured_at = now();

-- name: forget_minutes
delete from job_minutes where minute < now() - interval '2 hours';

-- name: forget_silent
delete from workers where heartbeat_at < now() - interval '1 hour';

-- name: forget_failed
delete from procrastinate_jobs where id in (
  select id from (select id, row_number() over (partition by queue_name, args ->> 'tenant_id' order by id desc) as place
                    from procrastinate_jobs where status = 'failed') f
   where f.place > %(kept)s);
