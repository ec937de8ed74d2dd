-- Teams; who is there; how much each person takes; and which conversations a team sees.

create table teams (
  tenant_id bigint not null default tenant_id() references tenants on delete cascade,
  id bigint generated always as identity,
  name text not null check (length(name) between 1 and 60),
  description text not null default '' check (length(description) <= 300),
  tone text not null default 'primary' check (tone in ('primary', 'success', 'warning', 'danger', 'info')),
  place integer not null default 0,
  -- Gives what waits in its queue to whoever is free, by itself.
  hands_out boolean not null default false,
  created_by bigint references users on delete set null,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id)
);
create unique index teams_name_key on teams (tenant_id, fold(name));
call protect('teams');
call audited('teams');

create table team_members (
  tenant_id bigint not null default tenant_id(),
  team_id bigint not null,
  user_id bigint not null,
  leads boolean not null default false,
  added_by bigint references users on delete set null,
  created_at timestamptz not null default now(),
  primary key (tenant_id, team_id, user_id),
  foreign key (tenant_id, team_id) references teams on delete cascade,
  foreign key (tenant_id, user_id) references memberships (tenant_id, user_id) on delete cascade
);
create index team_members_person on team_members (tenant_id, user_id, team_id);
create unique index team_members_one_lead on team_members (tenant_id, team_id) where leads;
call protect('team_members');
call audited('team_members', '');

-- No row: as many as there are, and what comes in waits for everybody.
create table team_settings (
  tenant_id bigint not null default tenant_id() references tenants on delete cascade,
  -- Open conversations that a person takes at most.
  capacity smallint check (capacity between 1 and 999),
  -- Where conversations go that somebody begins with us.
  incoming_team bigint,
  primary key (tenant_id),
  foreign key (tenant_id, incoming_team) references teams on delete set null (incoming_team)
);
call protect('team_settings');
call audited('team_settings', '');

create table availability (
  tenant_id bigint not null default tenant_id(),
  user_id bigint not null,
  -- As the others see it.
  state text not null default 'offline' check (state in ('online', 'away', 'busy', 'offline')),
  -- Said by themselves, and stays until they say something else; null goes by what they do.
  chosen text check (chosen in ('away', 'busy', 'offline')),
  away_after smallint not null default 15 check (away_after between 1 and 480),
  -- Null is that of the workspace.
  capacity smallint check (capacity between 0 and 999),
  -- When they last did something, and when a tab of theirs was last open.
  active_at timestamptz,
  seen_at timestamptz,
  changed_at timestamptz not null default now(),
  -- Of two who have as many, the one who waited longer is next.
  given_at timestamptz,
  primary key (tenant_id, user_id),
  foreign key (tenant_id, user_id) references memberships (tenant_id, user_id) on delete cascade
) with (fillfactor = 70);
call protect('availability', true);
-- Only what is decided is told: a heartbeat is not.
create trigger audited after update on availability for each row
  when (current_setting('app.actor', true) <> ''
    and (old.away_after, old.capacity, old.chosen) is distinct from (new.away_after, new.capacity, new.chosen))
  execute function audit_row('', '{}', '{state,active_at,seen_at,changed_at,given_at}');

-- Everybody has one, so that it can be locked.
create function comes_with_availability() returns trigger language plpgsql as $$
begin
  insert into availability (tenant_id, user_id) values (new.tenant_id, new.user_id) on conflict do nothing;
  return null;
end $$;
create trigger comes_with_availability after insert on memberships for each row execute function comes_with_availability();
select set_config('app.platform', 'on', true);
insert into availability (tenant_id, user_id) select tenant_id, user_id from memberships;

alter table conversations add column team_id bigint,
  add constraint conversations_team_id_fkey foreign key (tenant_id, team_id) references teams on delete set null (team_id);
create index conversations_team on conversations (tenant_id, team_id, status, last_message_at desc, id desc) where team_id is not null;

-- app.sees_all is 'on', or some of these words: 'team' is all that their teams have, 'pick' what waits for anybody who may take
-- it: in no team's queue, or in that of one of theirs. What is assigned to them they always see.
create or replace function may_pick() returns boolean language sql stable parallel safe
  return 'pick' = any(string_to_array(coalesce(current_setting('app.sees_all', true), ''), ' '));

create function sees_team() returns boolean language sql stable parallel safe
  return 'team' = any(string_to_array(coalesce(current_setting('app.sees_all', true), ''), ' '));

create function my_teams() returns bigint[] language sql stable parallel safe
  return array(select team_id from team_members where user_id = viewer_id());

drop policy own_tenant on conversations;
create policy own_tenant on conversations using (tenant_id = (select tenant_id())
  and ((select sees_all())
    or assignee_id = (select viewer_id())
    or ((select sees_team()) and team_id = any((select my_teams())::bigint[]))
    or ((select may_pick()) and assignee_id is null and (team_id is null or team_id = any((select my_teams())::bigint[])))));
