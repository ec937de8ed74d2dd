-- name: search
select a.id, a.at, a.actor, a.user_id, a.actor_name, a.action, a.subject_id, a.subject_name, a.before, a.after, a.rows, a.route,
       a.reason, a.address, a.agent, a.request_id
  from audit_log a
 where a.id < %(last)s
   and (%(person)s::bigint is null or a.user_id = %(person)s)
   and (%(area)s = '' or a.action like %(area)s || '.%%')
   and (%(verb)s = '' or a.action like '%%.' || %(verb)s)
   and (%(words)s = '' or strpos(fold(a.subject_name || ' ' || a.actor_name || ' ' || a.action || ' ' || a.route || ' ' || a.address), fold(%(words)s)) > 0
        or a.subject_id::text = %(words)s or a.request_id = %(words)s)
   and a.at >= coalesce(%(since)s::timestamptz, '-infinity') and a.at < coalesce(%(until)s::timestamptz, 'infinity')
 order by a.id desc limit %(most)s;

-- name: find
select a.id, a.at, a.actor, a.user_id, a.actor_name, a.action, a.subject_id, a.subject_name, a.before, a.after, a.rows, a.route,
       a.reason, a.address, a.agent, a.request_id
  from audit_log a where a.id = %(id)s;

-- name: people
-- Whoever works here, and whoever has left traces and left.
select u.id, u.name from memberships m join users u on u.id = m.user_id order by fold(u.name), u.id;

-- name: forget
-- What the workspace no longer wants to keep, in batches; never younger than 30 days, whatever is asked.
with old as (
  select id from audit_log where at < now() - greatest(%(kept)s::interval, interval '30 days') order by id limit %(most)s
)
delete from audit_log a using old where a.id = old.id and set_config('app.forgets', 'old', true) is not null;
