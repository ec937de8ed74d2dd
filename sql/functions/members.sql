-- People of a workspace: who they are, how high they stand, and the rules that no program steps around.

-- As app/access/roles.py counts them.
create or replace function preset_level(preset text) returns integer language sql immutable parallel safe
  return array_position(array['restricted', 'guest', 'viewer', 'junior_agent', 'agent', 'senior_agent', 'team_lead', 'manager', 'admin',
                              'owner'], preset);

create or replace function role_level(of_preset text, of_tenant bigint, of_role bigint) returns integer language sql stable as $$
  select greatest(preset_level(of_preset), (select greatest(r.level, preset_level(r.inherits)) from roles r
                                             where r.tenant_id = of_tenant and r.id = of_role))
$$;

create or replace function member_level(of_tenant bigint, of_user bigint) returns integer language sql stable as $$
  select coalesce(max(case when m.owner then 10 else role_level(h.preset, h.tenant_id, h.role_id) end), 0)
    from memberships m left join member_roles h on h.tenant_id = m.tenant_id and h.user_id = m.user_id
   where m.tenant_id = of_tenant and m.user_id = of_user
$$;

-- Whoever is signed in gives no role at or above their own level. The platform's door and jobs have nobody signed in.
create or replace function only_below_oneself() returns trigger language plpgsql as $$
begin
  if viewer_id() is not null and role_level(new.preset, new.tenant_id, new.role_id) >= member_level(new.tenant_id, viewer_id()) then
    raise exception 'a role is given from above' using errcode = 'insufficient_privilege';
  end if;
  return new;
end $$;

create or replace function only_from_above() returns trigger language plpgsql as $$
begin
  if viewer_id() is not null and member_level(old.tenant_id, old.user_id) >= member_level(old.tenant_id, viewer_id()) then
    raise exception 'somebody is deactivated and brought back from above' using errcode = 'insufficient_privilege';
  end if;
  return new;
end $$;

-- What a session knew when it ended.
create or replace function note_presence() returns trigger language plpgsql as $$
declare
  known sessions := coalesce(new, old);
begin
  update memberships set seen_at = known.seen_at
   where tenant_id = known.tenant_id and user_id = known.user_id and (seen_at is null or seen_at < known.seen_at);
  return null;
end $$;

-- One statement, so that nobody ever sees two owners or none. The former one gets the role while they still may.
create or replace function hand_workspace_over(heir bigint) returns boolean language plpgsql as $$
declare
  giver bigint := viewer_id();
begin
  if not exists (select from memberships where user_id = giver and owner) or heir = giver
     or not exists (select from memberships where user_id = heir and deactivated_at is null) then
    return false;
  end if;
  insert into member_roles (user_id, preset, granted_by) values (giver, 'admin', giver) on conflict do nothing;
  update memberships set owner = false where user_id = giver;
  update memberships set owner = true where user_id = heir;
  delete from member_roles where user_id = heir;
  return true;
end $$;

-- Whether whoever wrote it is still here and may still give what it offers: nobody keeps a power that they mailed to themselves.
create or replace function is_kept_promise(of_tenant bigint, of_invitation bigint, giver bigint) returns boolean language sql stable as $$
  select exists (select from memberships where tenant_id = of_tenant and user_id = giver and deactivated_at is null)
     and not exists (select from invitation_roles h where h.tenant_id = of_tenant and h.invitation_id = of_invitation
                        and role_level(h.preset, h.tenant_id, h.role_id) >= member_level(of_tenant, giver))
$$;

-- For the only time; the workspace that it lets them into, or nothing when the link is used, revoked, too old or void. The address
-- has to be theirs. Who is a member already stays what they are; who was deactivated is not brought back by a link.
create or replace function accept_invitation(hash bytea, person bigint) returns bigint language plpgsql as $$
declare
  invited invitations;
begin
  update invitations i set accepted_at = now(), accepted_by = person from users u
   where i.token_hash = hash and i.accepted_at is null and i.revoked_at is null and i.expires_at > now()
     and u.id = person and u.email = i.email and is_kept_promise(i.tenant_id, i.id, i.invited_by)
     and not exists (select from memberships m where m.tenant_id = i.tenant_id and m.user_id = person and m.deactivated_at is not null)
  returning i.* into invited;
  if invited.id is null then return null; end if;
  insert into memberships (tenant_id, user_id) values (invited.tenant_id, person) on conflict do nothing;
  if not exists (select from memberships where tenant_id = invited.tenant_id and user_id = person and owner)
     and not exists (select from member_roles where tenant_id = invited.tenant_id and user_id = person) then
    insert into member_roles (tenant_id, user_id, preset, role_id, granted_by)
      select tenant_id, person, preset, role_id, invited.invited_by from invitation_roles
       where tenant_id = invited.tenant_id and invitation_id = invited.id
    -- A role that was replaced may have become one that was offered as well.
    on conflict do nothing;
    -- Their role may have been deleted meanwhile: then they begin with the least.
    if not exists (select from member_roles where tenant_id = invited.tenant_id and user_id = person) then
      insert into member_roles (tenant_id, user_id, preset) values (invited.tenant_id, person, 'restricted');
    end if;
  end if;
  return invited.tenant_id;
end $$;

-- Somebody who is here already gets a workspace of their own.
create or replace function found_workspace(workspace text, workspace_slug text, home_country text, home_zone text, spoken text, person bigint)
  returns bigint language plpgsql as $$
declare
  made bigint;
begin
  insert into tenants (name, slug, country, time_zone, language)
    values (workspace, workspace_slug, home_country, home_zone, spoken) returning id into made;
  insert into memberships (tenant_id, user_id, owner) values (made, person, true);
  return made;
end $$;

-- Somebody as lists show them. `held` are their roles: a preset by its name, one of the workspace's own by its id.
drop view if exists members;
create view members with (security_invoker = true) as
  select u.id, u.name, u.email, u.language, m.title, m.owner, m.created_at as joined_at, m.deactivated_at,
         u.totp_since is not null as two_factor, coalesce(a.state, 'offline') as presence,
         greatest(m.seen_at, (select max(s.seen_at) from sessions s where s.tenant_id = m.tenant_id and s.user_id = m.user_id)) as seen_at,
         case when m.owner then '{owner}'::text[] else coalesce((select array_agg(coalesce(h.preset, h.role_id::text) order by h.id)
            from member_roles h where h.tenant_id = m.tenant_id and h.user_id = m.user_id), '{}') end as held
    from memberships m join users u on u.id = m.user_id
    left join availability a on a.tenant_id = m.tenant_id and a.user_id = m.user_id;

-- An invitation that is still open, be it too old or not.
drop view if exists open_invitations;
create view open_invitations with (security_invoker = true) as
  select i.id, i.email, i.language, i.message, i.sent_at, i.expires_at, coalesce(u.name, '') as inviter,
         coalesce((select array_agg(coalesce(h.preset, h.role_id::text) order by h.id)
            from invitation_roles h where h.tenant_id = i.tenant_id and h.invitation_id = i.id), '{}') as held
    from invitations i left join users u on u.id = i.invited_by
   where i.accepted_at is null and i.revoked_at is null;

-- Whoever is gone has no conversations: the open ones wait for somebody else, and the others do when they come back.
create or replace function put_conversations_back(person bigint) returns integer language plpgsql as $$
declare
  sight text := coalesce(current_setting('app.sees_all', true), '');
  waiting bigint[];
begin
  perform set_config('app.sees_all', 'on', true);
  with freed as (
    update conversations set assignee_id = null where assignee_id = person returning id, status
  )
  select coalesce(array_agg(id) filter (where status = 'open'), '{}') into waiting from freed;
  insert into messages (conversation_id, direction, kind, text, status, author_id)
    select id, 'event', 'unassigned', '', 'received', viewer_id() from unnest(waiting) id;
  perform announce('conversation:' || id, 'conversation_changed', id) from unnest(waiting) id;
  perform announce('inbox', 'inbox_changed');
  perform set_config('app.sees_all', sight, true);
  return cardinality(waiting);
end $$;
