-- name: create
insert into exports (subject, campaign_id, kind, name, chosen, language, time_zone, created_by)
values (%(subject)s, %(campaign_id)s, %(kind)s, %(name)s, %(chosen)s, %(language)s, %(time_zone)s, %(by)s) returning id;

-- name: find
select id, subject, campaign_id, kind, name, chosen, language, time_zone, status, rows, file_id, created_by, created_at, finished_at
  from exports where id = %(id)s and subject = %(subject)s;

-- name: latest
select id, subject, campaign_id, kind, name, chosen, language, time_zone, status, rows, file_id, created_by, created_at, finished_at
  from exports where subject = %(subject)s and (%(campaign_id)s::bigint is null or campaign_id = %(campaign_id)s)
 order by id desc limit 5;

-- name: progress
update exports set rows = %(rows)s where id = %(id)s and status = 'running';

-- name: finish
update exports set status = %(status)s, file_id = %(file_id)s, finished_at = now() where id = %(id)s and status = 'running';

-- name: file
select f.id, f.name, f.mime, f.size from exports e join files f on f.id = e.file_id where e.id = %(id)s;

-- name: note_download
-- Somebody takes numbers of people home: that is told, though it changes nothing.
select add_to_audit_log(tenant_id(), %(subject)s || '.download', %(id)s, %(name)s, null, null, 1);

-- name: outdated
select distinct tenant_id from exports where file_id is not null and finished_at < now() - %(kept)s::interval;

-- name: forget_files
delete from files f using exports e where f.id = e.file_id and e.finished_at < now() - %(kept)s::interval;
