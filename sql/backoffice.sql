-- name: search
-- Newest first, along the key. All through the platform's door.
select t.id, t.name, t.slug, t.country, t.plan, t.created_at, t.suspended_at, t.suspended_reason, t.members_limit, t.numbers_limit,
       t.rate_limit, o.name as owner, o.email as owner_email, m.members, l.last_seen_at,
       coalesce(u.contacts, 0) as contacts, coalesce(u.messages, 0) as messages, coalesce(u.campaigns_running, 0) as campaigns_running,
       coalesce(u.numbers, 0) as numbers, coalesce(u.numbers_troubled, 0) as numbers_troubled, coalesce(u.alerts, 0) as alerts,
       u.measured_at, (t.trial_ends_at at time zone t.time_zone)::date - 1 as trial_until, t.trial_leads_to,
       coalesce(r.members, 0) as members_room, coalesce(r.numbers, 0) as numbers_room, coalesce(r.per_second, 0) as rate_room
  from tenants t
  left join lateral (select u.name, u.email from memberships m join users u on u.id = m.user_id where m.tenant_id = t.id and m.owner limit 1) o on true
  left join lateral (select count(*) as members from memberships m where m.tenant_id = t.id and m.deactivated_at is null) m on true
  left join lateral (select max(s.seen_at) as last_seen_at from sessions s where s.tenant_id = t.id and s.impersonator_id is null) l on true
  left join workspace_usage u on u.tenant_id = t.id
  cross join plan_limits(t.id) r
 where t.id < %(last)s and (%(id)s::bigint is null or t.id = %(id)s)
   and (%(words)s = '' or strpos(fold(t.name || ' ' || t.slug || ' ' || coalesce(o.email, '')), fold(%(words)s)) > 0)
   and (%(state)s = '' or %(state)s = case when t.suspended_at is not null then 'suspended' when t.trial_ends_at is not null then 'trial'
                                           else 'active' end)
   and (%(plan)s = '' or t.plan = %(plan)s)
 order by t.id desc limit %(most)s;

-- name: plans
select id, members, numbers, per_second from plans order by place;

-- name: suspend
update tenants set suspended_at = now(), suspended_reason = %(reason)s where id = %(id)s and suspended_at is null returning true;

-- name: resume
update tenants set suspended_at = null, suspended_reason = '' where id = %(id)s and suspended_at is not null returning true;

-- name: set_limits
-- A trial lasts to the end of its last day on the workspace's clock.
update tenants t set plan = %(plan)s, members_limit = %(members)s, numbers_limit = %(numbers)s, rate_limit = %(per_second)s,
       trial_leads_to = %(trial_leads_to)s, trial_ends_at = (%(trial_until)s::date + 1)::timestamp at time zone t.time_zone,
       trial_told = case when t.trial_ends_at = (%(trial_until)s::date + 1)::timestamp at time zone t.time_zone then t.trial_told else 0 end
 where id = %(id)s;

-- name: follow_the_plan
select follow_the_plan(%(id)s, %(had)s::real);

-- name: members
select u.id, u.name, u.email, m.owner from memberships m join users u on u.id = m.user_id
 where m.tenant_id = %(id)s and m.deactivated_at is null order by m.owner desc, fold(u.name), u.id limit 200;

-- name: impersonate
insert into sessions (token_hash, user_id, tenant_id, address, agent, two_factor, expires_at, impersonator_id, impersonation_reason,
                      helps_from)
select %(token_hash)s, m.user_id, m.tenant_id, %(address)s, %(agent)s, true, now() + %(lasts)s, %(by)s, %(reason)s, %(helps_from)s
  from memberships m where m.tenant_id = %(tenant)s and m.user_id = %(user)s and m.deactivated_at is null
returning true;

-- name: stop_impersonating
delete from sessions where token_hash = %(token_hash)s and impersonator_id is not null returning tenant_id;

-- name: tenant_ids
select id from tenants order by id;

-- name: measure
-- Through the workspace's own door.
insert into workspace_usage as u (contacts, messages, campaigns_running, numbers, numbers_troubled, alerts, measured_at)
select (select count(*) from contacts),
       (select coalesce(sum(sent + received), 0) from stat_slots where slot > now() - interval '30 days'),
       (select count(*) from campaigns where status = 'sending'),
       (select count(*) from phone_numbers where disconnected_at is null),
       (select count(*) from phone_numbers where disconnected_at is null and (can_send = 'BLOCKED' or quality = 'RED')),
       (select count(*) from alerts where resolved_at is null), now()
on conflict (tenant_id) do update
   set contacts = excluded.contacts, messages = excluded.messages, campaigns_running = excluded.campaigns_running,
       numbers = excluded.numbers, numbers_troubled = excluded.numbers_troubled, alerts = excluded.alerts, measured_at = now();

-- name: announcements
select a.id, a.texts, a.tone, a.starts_at, a.ends_at, coalesce(u.name, '') as author, now() between a.starts_at and a.ends_at as shown
  from announcements a left join users u on u.id = a.created_by order by a.id desc limit 100;

-- name: announce
insert into announcements (texts, tone, starts_at, ends_at, created_by)
values (%(texts)s, %(tone)s, %(starts_at)s, %(ends_at)s, %(by)s);

-- name: withdraw
update announcements set starts_at = least(starts_at, now() - interval '1 second'), ends_at = now()
 where id = %(id)s and ends_at > now() returning true;
