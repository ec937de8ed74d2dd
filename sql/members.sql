-- name: search
-- A company of a thousand people is a large one: a scan of them needs no index.
select id, name, email, language, title, owner, joined_at, deactivated_at, two_factor, presence, seen_at, held, fold(name) as sorting
  from members
 where (deactivated_at is null) = %(active)s
   and (%(role)s = '' or %(role)s = any(held))
   and (%(words)s = '' or fold(name || ' ' || email || ' ' || title) like '%%' || fold(%(words)s) || '%%')
   and (fold(name), id) > (%(last_name)s, %(last)s)
 order by fold(name), id limit 51;

-- name: find
select id, name, email, language, title, owner, joined_at, deactivated_at, two_factor, presence, seen_at, held from members where id = %(id)s;

-- name: counts
select (select count(*) from memberships where deactivated_at is null) as active,
       (select count(*) from open_invitations) as invited,
       (select count(*) from memberships where deactivated_at is not null) as deactivated;

-- name: with_emails
select email, deactivated_at from members where email = any(%(emails)s);

-- name: entitle
update memberships set title = %(title)s where user_id = %(id)s;

-- name: deactivate
-- Loses politely to whoever was first.
update memberships set deactivated_at = now() where user_id = %(id)s and deactivated_at is null and not owner returning true;

-- name: reactivate
update memberships set deactivated_at = null where user_id = %(id)s and deactivated_at is not null returning true;

-- name: sign_out
-- Here only: what they do in other workspaces is not this one's business.
delete from sessions where user_id = %(id)s;

-- name: sessions
select kind, address, agent, two_factor, seen_at from sessions
 where user_id = %(id)s and expires_at > now() order by seen_at desc limit 10;

-- name: has_seats
-- Null is no limit. An invitation that is too old keeps no seat.
select coalesce(plan.members >= (select count(*) from memberships where deactivated_at is null)
                              + (select count(*) from open_invitations where expires_at > now()) + %(wanted)s, true)
  from plan_limits(tenant_id()) plan;

-- name: give_roles
insert into member_roles (user_id, preset, role_id, granted_by)
select %(id)s, case when key !~ '^[0-9]+$' then key end, case when key ~ '^[0-9]+$' then key::bigint end, %(by)s
  from unnest(%(keys)s::text[]) key
on conflict do nothing;

-- name: take_roles
delete from member_roles where user_id = %(id)s and coalesce(preset, role_id::text) = any(%(keys)s::text[]);

-- name: hand_over
select hand_workspace_over(%(heir)s);

-- name: put_conversations_back
select put_conversations_back(%(person)s);
