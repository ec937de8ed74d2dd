-- name: begin
insert into workspace_exports (language, created_by) values (%(language)s, %(by)s) returning id;

-- name: latest
select e.id, e.status, e.language, e.tables_done, e.tables_total, e.rows, e.bytes, e.file_id, e.created_by, e.created_at, e.finished_at,
       e.expires_at, coalesce(u.name, '') as author
  from workspace_exports e left join users u on u.id = e.created_by order by e.id desc limit 10;

-- name: find
select e.id, e.status, e.language, e.tables_done, e.tables_total, e.rows, e.bytes, e.file_id, e.created_by, e.created_at, e.finished_at,
       e.expires_at, coalesce(u.name, '') as author
  from workspace_exports e left join users u on u.id = e.created_by where e.id = %(id)s;

-- name: author
select u.name, u.email, u.language, t.name as workspace from workspace_exports e join users u on u.id = e.created_by, tenants t
 where e.id = %(id)s and t.id = tenant_id();

-- name: tables
select name from archived_tables order by name;

-- name: page
select line, place from archive_page(%(of_table)s, %(after)s::jsonb, %(size)s);

-- name: files
select f.id, f.name, f.mime, f.size from files f
 where f.id > %(last)s and not exists (select from workspace_exports e where e.file_id = f.id)
 order by f.id limit %(size)s;

-- name: progress
update workspace_exports set tables_done = %(done)s, tables_total = %(total)s, rows = %(rows)s where id = %(id)s and status = 'running';

-- name: finish
update workspace_exports
   set status = 'done', rows = %(rows)s, bytes = %(bytes)s, file_id = %(file_id)s, finished_at = now(), expires_at = now() + %(kept)s,
       tables_done = tables_total
 where id = %(id)s and status = 'running';

-- name: give_up
-- Whose worker never came back: nobody waits a day for an archive.
update workspace_exports set status = 'failed', finished_at = now()
 where status = 'running' and created_at < now() - %(patience)s;

-- name: expired
select distinct tenant_id from workspace_exports where status = 'done' and expires_at <= now();

-- name: expire
with over as (
  update workspace_exports set status = 'expired' where status = 'done' and expires_at <= now() returning file_id
)
delete from files f using over where f.id = over.file_id;

-- name: note_download
-- Somebody takes all there is: that is told, though it changes nothing.
select add_to_audit_log(tenant_id(), 'workspace.download', %(id)s, %(name)s, null, null, 1);
