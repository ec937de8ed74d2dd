-- Roles: the presets are in app/access/roles.py, a workspace's own are rows; a person may hold several of both.

select set_config('app.platform', 'on', true);

alter table tenants add column modules_off text[] not null default '{}';
alter table tenants add column suspended_at timestamptz;
alter table tenants add column suspended_reason text not null default '';

alter table memberships add column owner boolean not null default false;
-- Still there for history, but may not come in, and gets nothing new.
alter table memberships add column deactivated_at timestamptz;
update memberships set owner = true where role = 'owner';

create table roles (
  tenant_id bigint not null default tenant_id() references tenants on delete cascade,
  id bigint generated always as identity,
  name text not null check (length(name) between 1 and 60),
  description text not null default '' check (length(description) <= 300),
  level smallint not null check (level between 1 and 9),
  -- A preset whose permissions it has as well.
  inherits text check (inherits in ('admin', 'manager', 'team_lead', 'senior_agent', 'agent', 'junior_agent', 'viewer', 'guest', 'restricted')),
  permissions text[] not null default '{}',
  created_by bigint references users on delete set null,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id)
);
create unique index roles_name_key on roles (tenant_id, fold(name));
call protect('roles', true);

create table member_roles (
  tenant_id bigint not null default tenant_id(),
  id bigint generated always as identity,
  user_id bigint not null,
  preset text check (preset in ('admin', 'manager', 'team_lead', 'senior_agent', 'agent', 'junior_agent', 'viewer', 'guest', 'restricted')),
  role_id bigint,
  granted_by bigint references users on delete set null,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id),
  foreign key (tenant_id, user_id) references memberships (tenant_id, user_id) on delete cascade,
  foreign key (tenant_id, role_id) references roles on delete cascade,
  check (num_nonnulls(preset, role_id) = 1)
);
create unique index member_roles_preset_key on member_roles (tenant_id, user_id, preset) where preset is not null;
create unique index member_roles_role_key on member_roles (tenant_id, user_id, role_id) where role_id is not null;
create index member_roles_role on member_roles (tenant_id, role_id);
call protect('member_roles', true);

insert into member_roles (tenant_id, user_id, preset) select tenant_id, user_id, role from memberships where role <> 'owner';

create or replace function must_have_an_owner() returns trigger language plpgsql as $$
begin
  if not exists (select from memberships where tenant_id = new.id and owner and deactivated_at is null) then
    raise exception 'tenant % has no owner', new.id using errcode = 'integrity_constraint_violation';
  end if;
  return null;
end $$;

create or replace function must_keep_its_owner() returns trigger language plpgsql as $$
begin
  if exists (select from tenants where id = old.tenant_id)
     and not exists (select from memberships where tenant_id = old.tenant_id and owner and deactivated_at is null) then
    raise exception 'tenant % would lose its owner', old.tenant_id using errcode = 'integrity_constraint_violation';
  end if;
  return null;
end $$;

drop index memberships_one_owner;
create unique index memberships_one_owner on memberships (tenant_id) where owner;
alter table memberships drop column role;

-- 'on' sees all conversations; 'pick' their own and those that nobody has; anything else their own only.
create function may_pick() returns boolean language sql stable parallel safe
  return coalesce(current_setting('app.sees_all', true), '') in ('on', 'pick');

drop policy own_tenant on conversations;
create policy own_tenant on conversations using (tenant_id = (select tenant_id())
  and ((select sees_all()) or assignee_id = (select viewer_id()) or ((select may_pick()) and assignee_id is null)));
