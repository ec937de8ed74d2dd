-- name: by_session
with touched as (
  update sessions set seen_at = now()
   where token_hash = %(token_hash)s and expires_at > now() and seen_at < now() - interval '1 minute'
)
select t.logo_file, t.languages, t.delete_at, u.id, t.id as tenant_id, t.name as tenant_name, u.name, u.email, u.language, coalesce(nullif(u.time_zone, ''), t.time_zone) as time_zone, t.country,
       u.super_admin, m.owner,
       r.presets, r.granted, r.level as level_of_own, t.modules_off,
       t.brand_colour, t.accent_colour, t.suspended_at is not null as suspended, t.suspended_reason,
       coalesce(i.name, '') as impersonator, s.impersonation_reason,
       (select coalesce(jsonb_agg(jsonb_build_object('id', a.id, 'tone', a.tone, 'texts', a.texts) order by a.id desc), '[]')
          from announcements a where now() between a.starts_at and a.ends_at) as announcements,
       u.email_confirmed_at is null as unconfirmed, t.two_factor_required and u.totp_since is null and s.impersonator_id is null as two_factor_missing
  from sessions s
  join users u on u.id = s.user_id
  left join users i on i.id = s.impersonator_id
  join memberships m on m.user_id = s.user_id and m.tenant_id = s.tenant_id
  join tenants t on t.id = s.tenant_id
  cross join rights_of(m.tenant_id, m.user_id) r
 where s.token_hash = %(token_hash)s and s.expires_at > now() and m.deactivated_at is null
   and (s.impersonator_id is null or i.super_admin);

-- name: by_api_token
select u.id, t.id as tenant_id, t.name as tenant_name, u.name, u.email, u.language, coalesce(nullif(u.time_zone, ''), t.time_zone) as time_zone, t.country,
       u.super_admin, m.owner,
       r.presets, r.granted, r.level as level_of_own, t.modules_off,
       t.brand_colour, t.accent_colour, t.suspended_at is not null as suspended, u.email_confirmed_at is null as unconfirmed,
       a.name as token
  from api_tokens a
  join users u on u.id = a.user_id
  join memberships m on m.user_id = a.user_id and m.tenant_id = a.tenant_id
  join tenants t on t.id = a.tenant_id
  cross join rights_of(m.tenant_id, m.user_id) r
 where a.token_hash = %(token_hash)s and a.revoked_at is null and m.deactivated_at is null;

-- name: by_person
select u.id, t.id as tenant_id, t.name as tenant_name, u.name, u.email, u.language, coalesce(nullif(u.time_zone, ''), t.time_zone) as time_zone, t.country,
       u.super_admin, m.owner,
       r.presets, r.granted, r.level as level_of_own, t.modules_off,
       t.brand_colour, t.accent_colour, t.suspended_at is not null as suspended, u.email_confirmed_at is null as unconfirmed
  from users u
  join memberships m on m.user_id = u.id
  join tenants t on t.id = m.tenant_id
  cross join rights_of(m.tenant_id, m.user_id) r
 where u.id = %(user_id)s and m.tenant_id = %(tenant_id)s and m.deactivated_at is null;

-- name: by_account
select u.id, t.id as tenant_id, t.name as tenant_name, u.name, u.email, u.language, coalesce(nullif(u.time_zone, ''), t.time_zone) as time_zone, t.country,
       u.super_admin, m.owner,
       r.presets, r.granted, r.level as level_of_own, t.modules_off,
       t.brand_colour, t.accent_colour, t.suspended_at is not null as suspended, u.email_confirmed_at is null as unconfirmed
  from users u
  join memberships m on m.user_id = u.id
  join tenants t on t.id = m.tenant_id
  cross join rights_of(m.tenant_id, m.user_id) r
 where u.email = %(email)s and m.deactivated_at is null
 order by m.created_at limit 1;

-- name: note_use
update api_tokens set used_at = now()
 where token_hash = %(token_hash)s and (used_at is null or used_at < now() - interval '1 minute');

-- name: appoint
update users set super_admin = %(super_admin)s where email = %(email)s;
