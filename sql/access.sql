-- name: by_session
with touched as (
  update sessions set seen_at = now()
   where token_hash = %(token_hash)s and expires_at > now() and seen_at < now() - interval '1 minute'
)
select u.id, t.id as tenant_id, t.name as tenant_name, u.name, u.email, m.role, u.language, t.time_zone, t.country, u.super_admin
  from sessions s
  join users u on u.id = s.user_id
  join memberships m on m.user_id = s.user_id and m.tenant_id = s.tenant_id
  join tenants t on t.id = s.tenant_id
 where s.token_hash = %(token_hash)s and s.expires_at > now();

-- name: by_api_token
select u.id, t.id as tenant_id, t.name as tenant_name, u.name, u.email, m.role, u.language, t.time_zone, t.country, u.super_admin
  from api_tokens a
  join users u on u.id = a.user_id
  join memberships m on m.user_id = a.user_id and m.tenant_id = a.tenant_id
  join tenants t on t.id = a.tenant_id
 where a.token_hash = %(token_hash)s and a.revoked_at is null;

-- name: by_account
select u.id, t.id as tenant_id, t.name as tenant_name, u.name, u.email, m.role, u.language, t.time_zone, t.country, u.super_admin
  from users u
  join memberships m on m.user_id = u.id
  join tenants t on t.id = m.tenant_id
 where u.email = %(email)s
 order by m.created_at limit 1;

-- name: note_use
update api_tokens set used_at = now()
 where token_hash = %(token_hash)s and (used_at is null or used_at < now() - interval '1 minute');

-- name: appoint
update users set super_admin = %(super_admin)s where email = %(email)s;
