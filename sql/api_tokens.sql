-- name: in_use
select a.id, a.name, a.hint, a.created_at, a.used_at, u.name as author, m.id is not null and m.deactivated_at is null as works
  from api_tokens a
  join users u on u.id = a.user_id
  left join memberships m on m.user_id = a.user_id
 where a.revoked_at is null
 order by a.id desc;

-- name: find
select a.id, a.name, a.hint, a.created_at, a.used_at, u.name as author, m.id is not null and m.deactivated_at is null as works
  from api_tokens a
  join users u on u.id = a.user_id
  left join memberships m on m.user_id = a.user_id
 where a.id = %(id)s and a.revoked_at is null;

-- name: create
insert into api_tokens (user_id, name, token_hash, hint) values (%(by)s, %(name)s, %(token_hash)s, %(hint)s) returning id;

-- name: revoke
update api_tokens set revoked_at = now() where id = %(id)s;

-- name: revoke_named
update api_tokens set revoked_at = now() where user_id = %(user_id)s and name = %(name)s and revoked_at is null;
