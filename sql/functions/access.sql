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
