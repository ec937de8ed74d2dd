-- name: search
-- A workspace's own, along its key.
select id, state, kinds, numbers, updates, unrouted, unknown, attempts, error, received_at, processed_at
  from webhook_parts
 where id < %(last)s
   and (%(kind)s = '' or %(kind)s = any(kinds))
   and (%(state)s in ('', 'unrouted') or state = %(state)s) and (%(state)s <> 'unrouted' or unrouted > 0)
   and (%(error)s = '' or strpos(lower(error), lower(%(error)s)) > 0)
   and (%(number)s = '' or exists (select from unnest(numbers) known where strpos(known, %(number)s) > 0)
        or numbers && array(select phone_number_id from phone_numbers where strpos(regexp_replace(display, '\D', '', 'g'), %(number)s) > 0))
   and received_at >= coalesce(%(since)s::timestamptz, '-infinity') and received_at < coalesce(%(until)s::timestamptz, 'infinity')
 order by id desc limit %(most)s;

-- name: search_everywhere
-- The same of the whole installation. Not one statement over webhook_events: a union is read to its end before it is ordered.
select id, state, kinds, numbers, updates, unrouted, unknown, attempts, error, received_at, processed_at
  from intake_events
 where id < %(last)s
   and (%(kind)s = '' or %(kind)s = any(kinds))
   and (%(state)s in ('', 'unrouted') or state = %(state)s) and (%(state)s <> 'unrouted' or unrouted > 0)
   and (%(error)s = '' or strpos(lower(error), lower(%(error)s)) > 0)
   and (%(number)s = '' or exists (select from unnest(numbers) known where strpos(known, %(number)s) > 0)
        or numbers && array(select phone_number_id from phone_numbers where strpos(regexp_replace(display, '\D', '', 'g'), %(number)s) > 0))
   and received_at >= coalesce(%(since)s::timestamptz, '-infinity') and received_at < coalesce(%(until)s::timestamptz, 'infinity')
 order by id desc limit %(most)s;

-- name: find
select id, state, kinds, numbers, updates, unrouted, unknown, attempts, error, received_at, processed_at from webhook_events
 where id = %(id)s;

-- name: body
select body, whole from webhook_events where id = %(id)s;

-- name: tell_of_look
select add_to_audit_log(p.tenant_id, 'platform.look', p.event_id, 'Webhook ' || p.event_id, null, null, 1)
  from intake_parts p
 where p.event_id = %(id)s and not exists (
   select from audit_log a
    where a.tenant_id = p.tenant_id and a.action = 'platform.look' and a.subject_id = p.event_id and a.at > now() - %(again)s
      and a.user_id = (current_setting('app.actor')::jsonb ->> 'user_id')::bigint);

-- name: troubles
-- Bounded: whoever has a thousand needs no exact figure.
select (select count(*) from (select from webhook_events where state = 'dead' limit %(most)s) dead) as dead,
       (select count(*) from (select from webhook_events where unrouted > 0 limit %(most)s) unrouted) as unrouted;

-- name: displays
select phone_number_id as id, display from phone_numbers where phone_number_id = any(%(ids)s);

-- name: mark_replayed
update intake_parts set state = 'waiting', processed_at = null where event_id = any(%(ids)s);

-- name: mark_discarded
update intake_parts set state = 'discarded', processed_at = now() where event_id = any(%(ids)s) and state = 'dead';
