-- name: create
insert into contact_imports (file_id, sheet, mapping, created_by) values (%(file_id)s, %(sheet)s, %(mapping)s, %(by)s)
returning id;

-- name: find
select i.id, i.file_id, f.name as file_name, i.state, i.sheet, i.mapping, i.label, i.rows_done, i.added, i.updated, i.repeated,
       i.refused, i.error, i.created_at, i.started_at, i.finished_at
  from contact_imports i join files f on f.id = i.file_id
 where i.id = %(id)s;

-- name: latest
select i.id, i.file_id, f.name as file_name, i.state, i.sheet, i.mapping, i.label, i.rows_done, i.added, i.updated, i.repeated,
       i.refused, i.error, i.created_at, i.started_at, i.finished_at
  from contact_imports i join files f on f.id = i.file_id
 where %(last)s::bigint is null or i.id < %(last)s
 order by i.id desc limit 51;

-- name: map
update contact_imports set mapping = %(mapping)s, label = %(label)s where id = %(id)s and state = 'mapping';

-- name: start
-- A cancelled or failed one goes on where it was.
update contact_imports set state = 'running', started_at = coalesce(started_at, now()), finished_at = null, error = ''
 where id = %(id)s and state in ('mapping', 'cancelled', 'failed');

-- name: cancel
update contact_imports set state = 'cancelled', finished_at = now() where id = %(id)s and state = 'running';

-- name: fail
update contact_imports set state = 'failed', finished_at = now(), error = %(error)s where id = %(id)s and state = 'running';

-- name: finish
update contact_imports set state = 'done', finished_at = now()
 where id = %(id)s and state = 'running' and rows_done = %(seen)s;

-- name: store
select rows_done from import_contacts(%(id)s, %(seen)s, %(batch)s::json);

-- name: refusals
select line, reason, cells from contact_import_refusals
 where import_id = %(import_id)s and line > %(last)s order by line limit %(most)s;

-- name: analyze
select analyze_contacts();

-- name: drop_upload
-- Its rows are contacts or refusals now; of the file only the name is still shown.
delete from file_parts where file_id = %(file_id)s;
