-- name: find
select id, shortcut, category, body from quick_replies where id = %(id)s;

-- name: search
-- A workspace has hundreds of these, not millions: a scan of them needs no index.
select id, shortcut, category, body from quick_replies
 where shortcut > %(last)s
   and (%(words)s = '' or starts_with(shortcut, lower(%(words)s)) or fold(category || ' ' || body) like '%%' || fold(%(words)s) || '%%')
 order by shortcut limit 51;

-- name: create
insert into quick_replies (shortcut, category, body, created_by)
values (%(shortcut)s, %(category)s, %(body)s, %(by)s)
returning id, shortcut, category, body;

-- name: change
update quick_replies set shortcut = %(shortcut)s, category = %(category)s, body = %(body)s, updated_at = now()
 where id = %(id)s
returning id, shortcut, category, body;

-- name: delete
delete from quick_replies where id = %(id)s;
