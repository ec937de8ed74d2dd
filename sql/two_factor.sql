-- name: secret_of
select totp_secret, totp_step from users where id = %(id)s;

-- name: turn_on
update users set totp_secret = %(secret)s, totp_since = now(), totp_step = %(step)s where id = %(id)s and totp_since is null;

-- name: turn_off
update users set totp_secret = null, totp_since = null where id = %(id)s;

-- name: accept_step
-- Of two that come with the same code, one changes this row.
update users set totp_step = %(step)s where id = %(id)s and totp_step < %(step)s;

-- name: forget_codes
delete from recovery_codes where user_id = %(user_id)s;

-- name: keep_codes
insert into recovery_codes (user_id, code_hash) select %(user_id)s, unnest(%(hashes)s::bytea[]);

-- name: use_code
update recovery_codes set used_at = now() where user_id = %(user_id)s and code_hash = %(code_hash)s and used_at is null;

-- name: codes_left
select count(*) from recovery_codes where user_id = %(user_id)s and used_at is null;

-- name: sealed_secrets
select id, totp_secret from users where totp_secret is not null;

-- name: reseal
update users set totp_secret = %(secret)s where id = %(id)s and totp_secret = %(seen)s;

-- name: required
select two_factor_required from tenants where id = tenant_id();

-- name: require
update tenants set two_factor_required = %(required)s where id = tenant_id();

-- name: who_has_it
select count(*) as people, count(u.totp_since) as protected
  from memberships m join users u on u.id = m.user_id
 where m.deactivated_at is null;
