-- name: own
-- A company has tens of these at most.
select r.id, r.name, r.description, r.level, coalesce(r.inherits, '') as inherits, r.permissions, r.created_at, coalesce(u.name, '') as author
  from roles r left join users u on u.id = r.created_by
 order by r.level desc, fold(r.name);

-- name: people
-- `people` may come in now, `held` counts those who are deactivated as well.
select key, count(*) filter (where deactivated_at is null) as people, count(*) as held
  from members, unnest(held) key group by key;

-- name: holders
select id, name, email, deactivated_at is not null as deactivated from members
 where %(key)s = any(held) order by deactivated_at is not null, fold(name), id limit 200;

-- name: create
insert into roles (name, description, level, inherits, permissions, created_by)
values (%(name)s, %(description)s, %(level)s, nullif(%(inherits)s, ''), %(permissions)s, %(by)s)
returning id;

-- name: change
update roles set name = %(name)s, description = %(description)s, level = %(level)s, inherits = nullif(%(inherits)s, ''),
       permissions = %(permissions)s
 where id = %(id)s;

-- name: replace_for_people
insert into member_roles (user_id, preset, role_id, granted_by)
select user_id, case when %(instead)s !~ '^[0-9]+$' then %(instead)s end, case when %(instead)s ~ '^[0-9]+$' then %(instead)s::bigint end, %(by)s
  from member_roles where role_id = %(id)s
on conflict do nothing;

-- name: replace_for_invited
update invitation_roles set preset = case when %(instead)s !~ '^[0-9]+$' then %(instead)s end,
       role_id = case when %(instead)s ~ '^[0-9]+$' then %(instead)s::bigint end
 where role_id = %(id)s;

-- name: hold
-- Until it is deleted nobody else can be given it.
select id from roles where id = %(id)s for update;

-- name: delete
delete from roles where id = %(id)s;

-- name: invited
select count(*) from invitation_roles h join invitations i on i.tenant_id = h.tenant_id and i.id = h.invitation_id
 where h.role_id = %(id)s and i.accepted_at is null and i.revoked_at is null and i.expires_at > now();
