-- name: create
insert into files (name, mime) values (%(name)s, %(mime)s) returning id;

-- name: add_part
insert into file_parts (file_id, part, content) values (%(file_id)s, %(part)s, %(content)s);

-- name: finish
update files set size = %(size)s, sha256 = %(sha256)s where id = %(id)s returning id, name, mime, size;

-- name: find
select id, name, mime, size from files where id = %(id)s;

-- name: part
select content from file_parts where file_id = %(file_id)s and part = %(part)s;
