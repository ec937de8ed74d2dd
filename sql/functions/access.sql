-- Whether the workspace sends at all. Suspended, or on its way to be deleted, it still keeps what comes in.
create or replace function sends(of_tenant bigint) returns boolean language sql stable as $$
  select suspended_at is null and delete_at is null and 'campaigns' <> all(modules_off) from tenants where id = of_tenant
$$;
create or replace function may_send() returns boolean language sql stable as $$ select sends(tenant_id()) $$;

-- The presets that somebody holds, their roles' presets among them; and what their workspace's own roles add.
create or replace function rights_of(of_tenant bigint, of_user bigint, out presets text[], out granted text[], out level integer)
  language sql stable as $$
  select array_agg(distinct coalesce(m.preset, r.inherits)) filter (where m.preset is not null or r.inherits is not null),
         (select array_agg(distinct p) from member_roles h join roles own on own.tenant_id = h.tenant_id and own.id = h.role_id,
            unnest(own.permissions) p where h.tenant_id = of_tenant and h.user_id = of_user),
         max(r.level)
    from member_roles m left join roles r on r.tenant_id = m.tenant_id and r.id = m.role_id
   where m.tenant_id = of_tenant and m.user_id = of_user
$$;

-- Somebody in a workspace, with all that pages and API ask of whoever asks them.
drop view if exists viewers;
create view viewers with (security_invoker = true) as
  select u.id, u.name, u.email, u.language, coalesce(nullif(u.time_zone, ''), t.time_zone) as time_zone, u.super_admin,
         u.email_confirmed_at is null as unconfirmed, t.two_factor_required and u.totp_since is null as two_factor_missing,
         m.owner, r.presets, r.granted, r.level as level_of_own, t.id as tenant_id, t.name as tenant_name, t.country, t.modules_off,
         t.brand_colour, t.accent_colour, t.logo_file, t.languages, t.delete_at, t.suspended_at is not null as suspended,
         t.suspended_reason, t.trial_ends_at
    from memberships m join users u on u.id = m.user_id join tenants t on t.id = m.tenant_id
    cross join rights_of(m.tenant_id, m.user_id) r
   where m.deactivated_at is null;
