-- name: search
select id, email, language, message, sent_at, expires_at, inviter, held from open_invitations
 where (%(role)s = '' or %(role)s = any(held))
   and (%(words)s = '' or fold(email) like '%%' || fold(%(words)s) || '%%')
   and (email, id) > (%(last_email)s, %(last)s)
 order by email, id limit 51;

-- name: find
select id, email, language, message, sent_at, expires_at, inviter, held from open_invitations where id = %(id)s;

-- name: with_emails
select id, email, language, message, sent_at, expires_at, inviter, held from open_invitations where email = any(%(emails)s);

-- name: write
-- A second one to the same address renews the first, whose link ends.
insert into invitations (email, language, message, token_hash, invited_by, expires_at)
values (%(email)s, %(language)s, %(message)s, %(token_hash)s, %(by)s, now() + %(lasts)s)
on conflict (tenant_id, email) where accepted_at is null and revoked_at is null do update
   set language = excluded.language, message = excluded.message, token_hash = excluded.token_hash, invited_by = excluded.invited_by,
       sent_at = now(), expires_at = excluded.expires_at
returning id;

-- name: drop_roles
delete from invitation_roles where invitation_id = %(id)s;

-- name: give_roles
insert into invitation_roles (invitation_id, preset, role_id)
select %(id)s, case when key !~ '^[0-9]+$' then key end, case when key ~ '^[0-9]+$' then key::bigint end
  from unnest(%(keys)s::text[]) key;

-- name: revoke
update invitations set revoked_at = now() where id = %(id)s and accepted_at is null and revoked_at is null;

-- name: revoke_of
-- Whoever goes takes back what they promised: they may have written to an address of their own.
update invitations set revoked_at = now() where invited_by = %(by)s and accepted_at is null and revoked_at is null;

-- name: by_token
-- Through the platform's door: whoever has the link is nobody yet.
select i.email, i.language, i.message, i.tenant_id, t.name as workspace, t.brand_colour, t.accent_colour, t.logo_file,
       coalesce(u.name, '') as inviter,
       i.accepted_at is null and i.revoked_at is null and i.expires_at > now() and kept.promise as is_open,
       i.accepted_at is not null as is_used, i.accepted_at is null and not kept.promise as is_void,
       known.id as user_id, coalesce(known.name, '') as name, coalesce(known.totp_since is not null, false) as two_factor
  from invitations i
  join tenants t on t.id = i.tenant_id
  left join users u on u.id = i.invited_by
  left join users known on known.email = i.email
 cross join lateral is_kept_promise(i.tenant_id, i.id, i.invited_by) kept (promise)
 where i.token_hash = %(token_hash)s;

-- name: accept
select accept_invitation(%(token_hash)s, %(user_id)s);

-- name: delete_old
-- A month after they were accepted, taken back or too old: until then whoever presses the link is told which.
delete from invitations where coalesce(accepted_at, revoked_at, expires_at) < now() - interval '30 days';
