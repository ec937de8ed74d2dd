-- name: is_super_admin
select super_admin from users where id = %(id)s;

-- name: start
insert into platform_sessions (token_hash, user_id, address, expires_at)
values (%(token_hash)s, %(user_id)s, %(address)s, now() + %(lasts)s);

-- name: by_session
-- A second factor that was set up anew ends what began with the one before.
with touched as (
  update platform_sessions set seen_at = now()
   where token_hash = %(token_hash)s and %(awake)s and seen_at between now() - %(rests)s and now() - interval '1 minute'
)
select u.id, u.name, u.email, u.language, coalesce(nullif(u.time_zone, ''), (
         select t.time_zone from memberships m join tenants t on t.id = m.tenant_id where m.user_id = u.id order by m.created_at limit 1),
         'UTC') as time_zone
  from platform_sessions s join users u on u.id = s.user_id
 where s.token_hash = %(token_hash)s and s.expires_at > now() and s.seen_at > now() - %(rests)s
   and u.super_admin and u.totp_since <= s.created_at;

-- name: finish
delete from platform_sessions where token_hash = %(token_hash)s or expires_at < now();
