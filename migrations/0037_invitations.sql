-- Who joins, and who is here: invitations by mail, and what a membership says of somebody beside their roles.

select set_config('app.platform', 'on', true);

alter table memberships
  -- What they do here, in the workspace's own words.
  add column title text not null default '' check (length(title) <= 80),
  -- When they were last here, as far as no session knows it any more; a session that is open knows better.
  add column seen_at timestamptz,
  add constraint memberships_owner_is_active check (not owner or deactivated_at is null);
drop trigger audited on memberships;
call audited('memberships', 'title', '{}', '{seen_at}');

-- The bodies of these three are in sql/functions/members.sql.
create function note_presence() returns trigger language plpgsql as $$ begin return null; end $$;
create trigger note_presence after insert or delete on sessions for each row execute function note_presence();

create function only_from_above() returns trigger language plpgsql as $$ begin return new; end $$;
create trigger only_from_above before update of deactivated_at on memberships
  for each row when (old.deactivated_at is distinct from new.deactivated_at) execute function only_from_above();

create function only_below_oneself() returns trigger language plpgsql as $$ begin return new; end $$;
create trigger only_below_oneself before insert or update on member_roles
  for each row execute function only_below_oneself();

create table invitations (
  tenant_id bigint not null default tenant_id() references tenants on delete cascade,
  id bigint generated always as identity,
  email text not null check (email = lower(email) and length(email) <= 254),
  language text not null,
  message text not null default '' check (length(message) <= 1000),
  token_hash bytea not null,
  invited_by bigint references users on delete set null,
  created_at timestamptz not null default now(),
  sent_at timestamptz not null default now(),
  expires_at timestamptz not null,
  accepted_at timestamptz,
  accepted_by bigint references users on delete set null,
  revoked_at timestamptz,
  primary key (tenant_id, id),
  constraint invitations_token_key unique (token_hash),
  check (num_nonnulls(accepted_at, revoked_at) <= 1)
);
create unique index invitations_open_key on invitations (tenant_id, email) where accepted_at is null and revoked_at is null;
create index invitations_sent on invitations (tenant_id, sent_at);
call protect('invitations', true);

create table invitation_roles (
  tenant_id bigint not null default tenant_id(),
  id bigint generated always as identity,
  invitation_id bigint not null,
  preset text check (preset in ('admin', 'manager', 'team_lead', 'senior_agent', 'agent', 'junior_agent', 'viewer', 'guest', 'restricted')),
  role_id bigint,
  primary key (tenant_id, id),
  foreign key (tenant_id, invitation_id) references invitations on delete cascade,
  foreign key (tenant_id, role_id) references roles on delete cascade,
  check (num_nonnulls(preset, role_id) = 1)
);
create index invitation_roles_invitation on invitation_roles (tenant_id, invitation_id);
create index invitation_roles_role on invitation_roles (tenant_id, role_id);
call protect('invitation_roles', true);

call audited('invitations', 'email', '{token_hash}', '{sent_at}');
