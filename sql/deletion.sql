-- name: ask
update tenants set delete_asked_at = now(), delete_at = now() + %(waits)s, delete_asked_by = %(by)s, delete_warned_at = null
 where id = tenant_id() and delete_at is null
returning delete_at;

-- name: revive
-- Not once rows are being deleted: half a workspace is none.
update tenants set delete_asked_at = null, delete_at = null, delete_asked_by = null, delete_warned_at = null
 where id = tenant_id() and delete_at > clock_timestamp();

-- name: warn
update tenants set delete_warned_at = now() where delete_at < now() + %(ahead)s and delete_warned_at is null returning id, delete_at;

-- name: due
select id from tenants where delete_at <= now();

-- name: is_due
-- Nothing for a workspace that is gone. Whoever takes it back at this moment comes first or waits.
select coalesce(delete_at <= now(), false) from tenants where id = tenant_id() for share;

-- name: owner
select u.id, u.name, u.email, u.language, t.name as workspace, t.time_zone
  from memberships m join users u on u.id = m.user_id, tenants t where m.owner and t.id = tenant_id();

-- name: tables
select name from erased_tables order by name;

-- name: references
select child, parent from erased_references;

-- name: erasing
select set_config('app.forgets', 'workspace', true);

-- name: erase_rows
select erase_rows(%(of_table)s, %(size)s);

-- name: erase_webhooks
-- Bytes that hold updates of others as well stay theirs; the month after which all webhooks go takes them.
delete from intake_events e where e.id in (
  select p.event_id from intake_parts p where p.tenant_id = %(tenant)s
     and not exists (select from intake_parts o where o.event_id = p.event_id and o.tenant_id <> p.tenant_id)
     and exists (select from intake_events i where i.id = p.event_id)
     and exists (select from tenants t where t.id = p.tenant_id and t.delete_at <= now())
   limit %(size)s);

-- name: erase_jobs
delete from procrastinate_jobs where (args->>'tenant_id')::bigint = %(tenant)s and status <> 'doing';

-- name: people
select coalesce(array_agg(user_id), '{}') from memberships where tenant_id = %(tenant)s;

-- name: erase_workspace
delete from tenants where id = %(tenant)s and delete_at <= now();

-- name: erase_people
-- Whoever has no other workspace: their account was only for this one.
delete from users u where u.id = any(%(ids)s) and not u.super_admin
   and not exists (select from memberships m where m.user_id = u.id);

-- name: is_busy
-- What was asked for before the end still has to happen: numbers are given back to WhatsApp, letters leave.
select true from procrastinate_jobs
 where (args->>'tenant_id')::bigint = tenant_id() and (status = 'doing' or status = 'todo' and attempts = 0) and task_name <> 'tenants.deletion.erase'
   and (scheduled_at is null or scheduled_at < now() + interval '1 minute')
 limit 1;
