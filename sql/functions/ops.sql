-- The queue library's table has no tenant, so this view is how anybody looks at it: a workspace's own jobs, or all of them
-- through the platform's door. It can be written through, as far as it can be seen.
create or replace view jobs with (security_barrier = true, security_invoker = true) as
  select id, (args ->> 'tenant_id')::bigint as tenant, queue_name::text as queue, task_name::text as task,
         args - 'tenant_id' as arguments, status, scheduled_at, attempts, queueing_lock, worker_id
    from procrastinate_jobs
   where (select platform()) or (args ->> 'tenant_id')::bigint = (select tenant_id());

-- Running, of a worker that is gone or says nothing any more.
create or replace function is_stalled(worker bigint, silent interval) returns boolean language sql stable as $$
  select worker is null or exists (select from procrastinate_workers w where w.id = worker and w.last_heartbeat < now() - silent)
$$;

-- Puts jobs back into their queues, and says how many of them wait there now. Of two wake-ups of one name one is enough: the
-- other is dropped, and so is one whose name waits already.
create or replace function requeue(wanted bigint[], afresh boolean) returns integer language plpgsql as $$
declare
  again bigint[];
begin
  with named as (
    select j.id, j.queueing_lock is not null and (row_number() over (partition by j.queueing_lock order by j.id desc) > 1
             or exists (select from procrastinate_jobs w where w.queueing_lock = j.queueing_lock and w.status = 'todo')) as needless
      from jobs j where j.id = any(wanted) and j.status in ('failed', 'doing')
  ), dropped as (
    delete from procrastinate_jobs j using named where j.id = named.id and named.needless
  ), put_back as (
    update procrastinate_jobs j
       set status = 'todo', scheduled_at = null, worker_id = null, attempts = case when afresh then 0 else j.attempts + 1 end
      from named where j.id = named.id and not named.needless
    returning j.id, j.queue_name
  ), told as (
    -- The library tells its workers of new jobs only; they would find these within five seconds.
    select pg_notify('procrastinate_queue_v1#' || queue_name, json_build_object('type', 'job_inserted', 'job_id', max(id))::text)
      from put_back group by queue_name
  )
  select array_agg(id) into again from put_back, (select count(*) from told) heard;
  return coalesce(cardinality(again), 0);
end $$;
