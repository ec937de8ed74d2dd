-- name: person
select u.id, u.name, u.email, u.language, coalesce(nullif(u.time_zone, ''), 'UTC') as time_zone, u.totp_since is not null as two_factor
  from users u where u.id = %(id)s and u.super_admin;

-- name: start
insert into platform_sessions (token_hash, user_id, address, expires_at)
values (%(token_hash)s, %(user_id)s, %(address)s, now() + %(lasts)s);

-- name: by_session
select u.id, u.name, u.email, u.language, coalesce(nullif(u.time_zone, ''), 'UTC') as time_zone, true as two_factor
  from platform_sessions s join users u on u.id = s.user_id
 where s.token_hash = %(token_hash)s and s.expires_at > now() and u.super_admin and u.totp_since is not null;

-- name: finish
delete from platform_sessions where token_hash = %(token_hash)s or expires_at < now();
