-- name: find
select id, name, kind, hint, least, kinds, (extract(epoch from cool_down) / 60)::int as cool_down, enabled, delivered_at, failed_at, error, error_code, target
  from alert_channels where id = %(id)s;

-- name: oldest_first
-- A workspace has a handful.
select id, name, kind, hint, least, kinds, (extract(epoch from cool_down) / 60)::int as cool_down, enabled, delivered_at, failed_at, error, error_code, target
  from alert_channels order by id;

-- name: create
insert into alert_channels (name, kind, target, hint, least, kinds, cool_down, enabled, created_by)
values (%(name)s, %(kind)s, %(target)s, %(hint)s, %(least)s, %(kinds)s, %(cool_down)s * interval '1 minute', %(enabled)s, %(by)s)
returning id;

-- name: change
update alert_channels
   set name = %(name)s, target = %(target)s, hint = %(hint)s, least = %(least)s, kinds = %(kinds)s,
       cool_down = %(cool_down)s * interval '1 minute', enabled = %(enabled)s
 where id = %(id)s;

-- name: delete
delete from alert_channels where id = %(id)s;

-- name: note_delivery
update alert_channels
   set delivered_at = case when %(error)s = '' then now() else delivered_at end,
       failed_at = case when %(error)s = '' then failed_at else now() end, error = %(error)s, error_code = %(code)s
 where id = %(id)s;

-- name: unconfirmed
-- People of this workspace only: of others nobody learns here whether they have an account. A mailbox of several people has none.
select u.email from memberships m join users u on u.id = m.user_id
 where u.email = any(%(addresses)s) and u.email_confirmed_at is null order by u.email;

-- name: sealed_everywhere
-- Through the platform's door, after a new key was put first.
select tenant_id, id, target from alert_channels;

-- name: reseal
update alert_channels set target = %(target)s where id = %(id)s;
