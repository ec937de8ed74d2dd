-- name: by_session
with touched as (
  update sessions set seen_at = now()
   where token_hash = %(token_hash)s and expires_at > now() and seen_at < now() - interval '1 minute'
)
select v.*, coalesce(i.name, '') as impersonator, s.impersonation_reason,
       (select coalesce(jsonb_agg(jsonb_build_object('id', a.id, 'tone', a.tone, 'texts', a.texts) order by a.id desc), '[]')
          from announcements a where now() between a.starts_at and a.ends_at) as announcements
  from sessions s
  join viewers v on v.id = s.user_id and v.tenant_id = s.tenant_id
  left join users i on i.id = s.impersonator_id
  left join platform_sessions p on p.token_hash = s.helps_from
 where s.token_hash = %(token_hash)s and s.expires_at > now()
   and (s.impersonator_id is null or i.super_admin and p.expires_at > now());

-- name: by_api_token
select v.*, a.name as token
  from api_tokens a join viewers v on v.id = a.user_id and v.tenant_id = a.tenant_id
 where a.token_hash = %(token_hash)s and a.revoked_at is null;

-- name: by_person
select * from viewers where id = %(user_id)s and tenant_id = %(tenant_id)s;

-- name: by_account
-- In the workspace that they joined first.
select v.* from viewers v join memberships m on m.user_id = v.id and m.tenant_id = v.tenant_id
 where v.email = %(email)s order by m.created_at limit 1;

-- name: note_use
update api_tokens set used_at = now()
 where token_hash = %(token_hash)s and (used_at is null or used_at < now() - interval '1 minute');

-- name: appoint
-- Whoever no longer runs the installation is out of the back office at once, also if they are appointed again.
with ended as (
  delete from platform_sessions p using users u where u.id = p.user_id and u.email = %(email)s and not %(super_admin)s
)
update users set super_admin = %(super_admin)s where email = %(email)s;
