-- name: sign_up
select tenant, member
  from sign_up(%(workspace)s, %(slug)s, %(country)s, %(zone)s, %(language)s, %(name)s, %(email)s, %(password_hash)s);

-- name: join
-- No row comes back when somebody has this address.
insert into users (name, email, password_hash, language)
values (%(name)s, %(email)s, %(password_hash)s, %(language)s)
on conflict (email) do nothing
returning id;

-- name: by_email
select u.id as user_id, m.tenant_id, u.password_hash
  from users u join memberships m on m.user_id = u.id
 where u.email = %(email)s
 order by m.created_at limit 1;

-- name: start_session
insert into sessions (token_hash, user_id, tenant_id, expires_at)
values (%(token_hash)s, %(user_id)s, %(tenant_id)s, now() + %(lasts)s);

-- name: end_session
delete from sessions where token_hash = %(token_hash)s;

-- name: end_other_sessions
delete from sessions where user_id = %(user_id)s and token_hash <> %(token_hash)s;

-- name: change
update users set name = %(name)s, language = %(language)s where id = %(id)s;

-- name: change_password
update users set password_hash = %(password_hash)s where id = %(id)s;

-- name: delete_expired_sessions
delete from sessions where expires_at < now();

-- name: failures
select subject, failures from sign_in_failures where subject = any(%(subjects)s) and last_at > now() - %(since)s;

-- name: count_failure
insert into sign_in_failures as f (subject, failures) values (%(subject)s, 1)
on conflict (subject) do update
   set failures = case when f.last_at > now() - %(since)s then f.failures + 1 else 1 end, last_at = now();

-- name: forget_failures
delete from sign_in_failures where subject = %(subject)s;

-- name: delete_old_failures
delete from sign_in_failures where last_at < now() - interval '1 day';
