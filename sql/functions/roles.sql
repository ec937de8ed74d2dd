-- Roles of a workspace's own, and the features that are off: what no program steps around.

-- Whoever is signed in makes, changes and deletes only what is below them. Jobs and the platform's door have nobody signed in.
-- That nobody puts in what they may not do themselves, app/access/role_rules.py keeps: what a preset comes to is said in
-- app/access/roles.py alone, and a second copy of it here would have to follow every new permission.
create or replace function only_roles_below_oneself() returns trigger language plpgsql as $$
declare
  highest integer := greatest(case when tg_op <> 'INSERT' then greatest(old.level, preset_level(old.inherits)) end,
                              case when tg_op <> 'DELETE' then greatest(new.level, preset_level(new.inherits)) end);
begin
  if viewer_id() is not null and highest >= member_level(coalesce(new.tenant_id, old.tenant_id), viewer_id())
     and exists (select from tenants where id = coalesce(new.tenant_id, old.tenant_id)) then
    raise exception 'a role is changed from above' using errcode = 'insufficient_privilege';
  end if;
  return coalesce(new, old);
end $$;
