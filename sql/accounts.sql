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
-- Into the workspace where they were last. Who is in none any more has an account and nowhere to go.
select u.id as user_id, coalesce(m.tenant_id, 0) as tenant_id, u.password_hash, u.totp_since is not null as two_factor
  from users u
  left join lateral (
    select m.tenant_id from memberships m join tenants t on t.id = m.tenant_id
     where m.user_id = u.id and m.deactivated_at is null
     order by t.suspended_at is not null,
              greatest(m.seen_at, (select max(s.seen_at) from sessions s where s.user_id = u.id and s.tenant_id = m.tenant_id))
                desc nulls last,
              m.created_at
     limit 1
  ) m on true
 where u.email = %(email)s;

-- name: in_workspace
-- The same person in the workspace that they ask for.
select m.tenant_id from memberships m join tenants t on t.id = m.tenant_id
 where m.user_id = %(user_id)s and m.deactivated_at is null and t.slug = %(slug)s;

-- name: details
select u.id, u.name, u.email, u.language, u.time_zone, u.email_confirmed_at, u.totp_since,
       (select count(*) from recovery_codes c where c.user_id = u.id and c.used_at is null) as codes_left,
       (select l.email from account_links l
         where l.user_id = u.id and l.purpose = 'change_email' and l.expires_at > now() order by l.created_at desc limit 1) as wanted_email,
       exists (select from memberships m join tenants t on t.id = m.tenant_id
                where m.user_id = u.id and m.deactivated_at is null and t.two_factor_required) as two_factor_required
  from users u where u.id = %(id)s;

-- name: addressee
-- Nobody whose address is not proven; their own zone, or that of the workspace.
select u.name, u.email, u.language, coalesce(nullif(u.time_zone, ''), t.time_zone, 'UTC') as time_zone
  from users u left join tenants t on t.id = %(workspace)s
 where u.id = %(user_id)s and u.email_confirmed_at is not null;

-- name: change
update users set name = %(name)s, language = %(language)s, time_zone = %(time_zone)s where id = %(id)s;

-- name: speak
update users set language = %(language)s where id = %(id)s;

-- name: change_password
update users set password_hash = %(password_hash)s where id = %(id)s;

-- name: change_email
update users set email = %(email)s, email_confirmed_at = now() where id = %(id)s;

-- name: doubt_email
update users set email_confirmed_at = null where id = %(id)s;

-- name: confirm_email
update users set email_confirmed_at = coalesce(email_confirmed_at, now()) where id = %(id)s and email = %(email)s;

-- name: make_link
insert into account_links (token_hash, user_id, purpose, email, expires_at)
values (%(token_hash)s, %(user_id)s, %(purpose)s, %(email)s, now() + %(lasts)s);

-- name: find_link
select l.user_id, l.purpose, l.email, u.name, u.language, u.email as current_email, u.totp_since is not null as two_factor
  from account_links l join users u on u.id = l.user_id
 where l.token_hash = %(token_hash)s and l.purpose = any(%(purposes)s) and l.expires_at > now();

-- name: use_link
-- Whoever is second finds nothing.
delete from account_links where token_hash = %(token_hash)s and expires_at > now();

-- name: drop_links
delete from account_links where user_id = %(user_id)s and purpose = any(%(purposes)s);

-- name: delete_old_links
delete from account_links where expires_at < now();

-- name: take_guess
-- Counted before it is looked at, or a hundred at once would all be the first. At the limit nothing moves, so the wait ends.
insert into sign_in_failures as f (subject, failures) values (%(subject)s, 1)
on conflict (subject) do update
   set failures = case when f.last_at > now() - %(since)s then f.failures + 1 else 1 end, last_at = now()
 where f.failures < %(most)s or f.last_at <= now() - %(since)s
returning %(most)s - failures as left_over;

-- name: give_back_guess
update sign_in_failures set failures = greatest(failures - 1, 0) where subject = %(subject)s;

-- name: forget_failures
delete from sign_in_failures where subject = %(subject)s;

-- name: delete_old_failures
delete from sign_in_failures where last_at < now() - interval '1 day';

-- name: count_refusal
insert into refused_sign_ins as r (email, step, address, agent)
select %(email)s, %(step)s, case when others.many then '' else %(address)s end, case when others.many then '' else %(agent)s end
  from (select count(distinct o.address) >= %(most)s as many from refused_sign_ins o
         where o.email = %(email)s and o.hour = date_trunc('hour', now() at time zone 'UTC') and o.address not in ('', %(address)s)) others
on conflict (email, hour, step, address) do update set tries = r.tries + 1;

-- name: tell_refusals
select tell_refusals();

-- name: forget_refusals
-- Two hours, so that the addresses of this one are still counted.
delete from refused_sign_ins where at < now() - interval '2 hours' and tries = told;
