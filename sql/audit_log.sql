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

-- name: names
-- What the ids of a page are called, all of them at once. What is gone is called as the entry of its end calls it.
select asked.kind, asked.id, coalesce(nullif(known.name, ''), gone.name, '') as name
  from unnest(%(kinds)s::text[], %(ids)s::bigint[]) asked (kind, id)
  left join lateral (
    select name from users where asked.kind = 'users' and id = asked.id
    union all select name from contacts where asked.kind = 'contacts' and id = asked.id
    union all select name from labels where asked.kind = 'labels' and id = asked.id
    union all select name from teams where asked.kind = 'teams' and id = asked.id
    union all select name from roles where asked.kind = 'roles' and id = asked.id
    union all select display from phone_numbers where asked.kind = 'phone_numbers' and id = asked.id
    union all select name from message_templates where asked.kind = 'message_templates' and id = asked.id
    union all select name from campaigns where asked.kind = 'campaigns' and id = asked.id
    union all select coalesce(nullif(name, ''), waba_id) from wabas where asked.kind = 'wabas' and id = asked.id
    union all select c.name from conversations v join contacts c on c.id = v.contact_id where asked.kind = 'conversations' and v.id = asked.id
    union all select name from portfolios where asked.kind = 'portfolios' and id = asked.id
    union all select name from files where asked.kind = 'files' and id = asked.id
    union all select coalesce(nullif(i.label, ''), f.name) from contact_imports i join files f on f.id = i.file_id
               where asked.kind = 'contact_imports' and i.id = asked.id
  ) known on true
  left join lateral (
    select a.subject_name as name from audit_log a
     where known.name is null and a.action = asked.kind || '.delete' and a.subject_id = asked.id order by a.id desc limit 1
  ) gone on true;

-- name: forget
-- What the workspace no longer wants to keep, in batches; never younger than 30 days, whatever is asked.
with old as (
  select id from audit_log where at < now() - greatest(%(kept)s::interval, interval '30 days') order by id limit %(most)s
)
delete from audit_log a using old where a.id = old.id and set_config('app.forgets', 'old', true) is not null;
