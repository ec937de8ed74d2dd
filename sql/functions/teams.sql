-- Who works here and how much they have; who is free; and what a team's end does with its conversations.

-- Whether this workspace works in teams. Off, nothing is handed out and nobody is ever full.
create or replace function has_teams() returns boolean language sql stable as $$
  select 'teams' <> all(modules_off) from tenants where id = tenant_id()
$$;

drop view if exists staff;
create view staff with (security_invoker = true) as
  select m.user_id as id, u.name, a.state, a.chosen, a.away_after, a.given_at, a.capacity as own_capacity,
         case when (select has_teams()) then coalesce(a.capacity, s.capacity) end as capacity
    from memberships m
    join users u on u.id = m.user_id
    join availability a on a.tenant_id = m.tenant_id and a.user_id = m.user_id
    left join team_settings s on s.tenant_id = m.tenant_id
   where m.deactivated_at is null;

-- Whoever hands something over must know how much the others have, and may not see it themselves. So these count with the eyes
-- of the workspace, and tell no more than numbers. They count to a thousand, which is more than anybody may be set to take.
create or replace function load_of(people bigint[]) returns table (person bigint, open bigint) language plpgsql as $$
declare
  sight text := coalesce(current_setting('app.sees_all', true), '');
begin
  perform set_config('app.sees_all', 'on', true);
  return query select p, (select count(*) from (select from conversations c where c.assignee_id = p and c.status = 'open' limit 1000) o)
    from unnest(people) p;
  perform set_config('app.sees_all', sight, true);
end $$;

create or replace function load_of_teams() returns table (team bigint, waiting bigint, open bigint) language plpgsql as $$
declare
  sight text := coalesce(current_setting('app.sees_all', true), '');
begin
  perform set_config('app.sees_all', 'on', true);
  return query select t.id,
      (select count(*) from (select from conversations k
        where k.team_id = t.id and k.status = 'open' and k.assignee_id is null limit 1000) w),
      (select count(*) from (select from conversations k where k.team_id = t.id and k.status = 'open' limit 1000) o)
    from teams t;
  perform set_config('app.sees_all', sight, true);
end $$;

-- The member who is online and has the fewest, if anybody has room; it is their turn then. Members are locked in one order, so
-- that two never wait for each other, and until the end of the transaction, so that the second counts what the first one gave.
create or replace function whoever_is_free(in_team bigint, conversation bigint) returns table (id bigint, name text) language plpgsql as $$
#variable_conflict use_column
declare
  sight text := coalesce(current_setting('app.sees_all', true), '');
begin
  perform 1 from availability a join team_members m on m.tenant_id = a.tenant_id and m.user_id = a.user_id
    where m.team_id = in_team order by a.user_id for update of a;
  perform set_config('app.sees_all', 'on', true);
  return query with chosen as (
    select s.id, s.name
      from team_members m
      join staff s on s.id = m.user_id
      cross join lateral (select count(*) as open from (
        select from conversations k where k.assignee_id = s.id and k.status = 'open' limit 1000) o) l
     where m.team_id = in_team and s.state = 'online' and (s.capacity is null or l.open < s.capacity)
       and not exists (select from conversations k where k.id = whoever_is_free.conversation and k.assignee_id = s.id)
     order by l.open, s.given_at nulls first, s.id limit 1
  ), noted as (
    update availability a set given_at = clock_timestamp() from chosen c where a.user_id = c.id
  )
  select c.id, c.name from chosen c;
  perform set_config('app.sees_all', sight, true);
end $$;

-- All that a team has goes to another one, or to nobody's.
create or replace function move_conversations(from_team bigint, to_team bigint) returns void language plpgsql as $$
declare
  sight text := coalesce(current_setting('app.sees_all', true), '');
begin
  perform set_config('app.sees_all', 'on', true);
  update conversations set team_id = to_team where team_id = from_team;
  perform set_config('app.sees_all', sight, true);
end $$;
