-- name: start
insert into sessions (token_hash, user_id, tenant_id, kind, address, agent, two_factor, expires_at)
values (%(token_hash)s, %(user_id)s, %(tenant_id)s, %(kind)s, %(address)s, %(agent)s, %(two_factor)s, now() + %(lasts)s)
returning id;

-- name: finish
delete from sessions where token_hash = %(token_hash)s;

-- name: finish_others
-- Those of the back office as well: there is one password for both.
with outside as (delete from platform_sessions where user_id = %(user_id)s)
delete from sessions where (user_id = %(user_id)s or impersonator_id = %(user_id)s) and token_hash <> %(token_hash)s;

-- name: finish_one
delete from sessions where user_id = %(user_id)s and id = %(id)s;

-- name: of_person
-- This one first, then by when they were last here.
select s.id, s.kind, s.address, s.agent, s.two_factor, s.created_at, s.seen_at, t.name as workspace,
       s.token_hash = %(token_hash)s as current, coalesce(i.name, '') as helper
  from sessions s join tenants t on t.id = s.tenant_id left join users i on i.id = s.impersonator_id
 where s.user_id = %(user_id)s and s.expires_at > now()
 order by s.token_hash = %(token_hash)s desc, s.seen_at desc
 limit 50;

-- name: note_second_factor
update sessions set two_factor = true where token_hash = %(token_hash)s;

-- name: forget_expired
delete from sessions where expires_at < now();

-- name: rotate
-- Only the newest refresh token has this hash; no row comes back for one that was used before.
update sessions s set token_hash = %(new_hash)s, seen_at = now(), expires_at = now() + %(lasts)s
  from users u, memberships m, tenants t
 where s.id = %(id)s and s.token_hash = %(token_hash)s and s.kind = 'program' and s.expires_at > now()
   and u.id = s.user_id and t.id = s.tenant_id
   and m.user_id = s.user_id and m.tenant_id = s.tenant_id and m.deactivated_at is null
   and (u.totp_since is not null or not t.two_factor_required)
returning s.user_id, s.tenant_id;

-- name: end_family
delete from sessions where id = %(id)s and kind = 'program' returning user_id;

-- name: is_alive
-- A workspace that has begun to ask for a second factor asks programs as well.
select true from sessions s join users u on u.id = s.user_id join tenants t on t.id = s.tenant_id
 where s.id = %(id)s and s.user_id = %(user_id)s and s.tenant_id = %(tenant_id)s and s.kind = 'program' and s.expires_at > now()
   and (u.totp_since is not null or not t.two_factor_required);

-- name: name_of_token
-- No row comes back when it was revoked.
select name from api_tokens
 where tenant_id = %(tenant_id)s and id = %(id)s and user_id = %(user_id)s and revoked_at is null;

-- name: by_api_token
select a.id, a.user_id, a.tenant_id
  from api_tokens a join memberships m on m.user_id = a.user_id and m.tenant_id = a.tenant_id and m.deactivated_at is null
 where a.token_hash = %(token_hash)s and a.revoked_at is null;

-- name: needs_second_factor
select two_factor_required from tenants where id = %(tenant_id)s;
