-- name: find
select * from inbox_rows where id = %(id)s;

-- name: page
select * from inbox_rows
 where status = %(status)s
   and (%(view)s = 'all' or %(view)s = 'mine' and assignee_id = viewer_id() or %(view)s = 'unassigned' and assignee_id is null)
   and (not %(unread)s or unread > 0)
   and (last_message_at, id) < (coalesce(%(at)s, 'infinity'::timestamptz), coalesce(%(last)s, 0))
 order by last_message_at desc, id desc limit %(size)s;

-- name: of_teams
-- Each team's own index gives its newest, so that a quiet team costs as little as a busy one.
select r.* from unnest(case when %(team)s = 0 then my_teams() else array[%(team)s::bigint] end) as t (id)
 cross join lateral (
   select * from inbox_rows
    where team_id = t.id and status = %(status)s
      and (%(view)s in ('all', 'team') or %(view)s = 'mine' and assignee_id = viewer_id() or %(view)s = 'unassigned' and assignee_id is null)
      and (not %(unread)s or unread > 0)
      and (last_message_at, id) < (coalesce(%(at)s, 'infinity'::timestamptz), coalesce(%(last)s, 0))
    order by last_message_at desc, id desc limit %(size)s) r
 order by r.last_message_at desc, r.id desc limit %(size)s;

-- name: of_contacts
-- The same for people who were found by their name or number.
select * from inbox_rows
 where contact_id = any(%(contact_ids)s::bigint[]) and status = %(status)s
   and (%(view)s = 'all' or %(view)s = 'mine' and assignee_id = viewer_id() or %(view)s = 'unassigned' and assignee_id is null
        or %(view)s = 'team' and team_id = any(my_teams()))
   and (%(team)s = 0 or team_id = %(team)s)
   and (not %(unread)s or unread > 0)
 order by last_message_at desc, id desc limit %(size)s;

-- name: unread
-- A hundred are as many as anybody wants to read on a badge.
select count(*) from (select from conversations where unread > 0 limit 100) waiting;

-- name: open_for
-- Out of sight until something is sent in it; theirs from the start when they would not see it otherwise. The update changes
-- nothing; it only makes the row come back.
insert into conversations (contact_id, number_id, status, resolved_at, assignee_id)
values (%(contact_id)s, %(number_id)s, 'resolved', now(), case when not sees_all() and not may_pick() then viewer_id() end)
on conflict (tenant_id, contact_id, number_id) do update set contact_id = excluded.contact_id
returning id;

-- name: mark_read
-- The last thing they wrote, for WhatsApp; nothing when nothing was unread.
update conversations c set unread = 0
 where id = %(id)s and unread > 0
returning (select m.wamid from messages m
            where m.conversation_id = c.id and m.direction = 'in' order by m.at desc, m.id desc limit 1);

-- name: mark_unread
update conversations set unread = 1 where id = %(id)s and unread = 0;

-- name: resolve
update conversations set status = 'resolved', resolved_at = now() where id = %(id)s and status = 'open' returning true;

-- name: reopen
update conversations set status = 'open', resolved_at = null where id = %(id)s and status = 'resolved' returning true;

-- name: hand_over
select hand_over(%(id)s, %(person)s, %(team)s);

-- name: whoever_is_free
select id, name from whoever_is_free(%(team)s, %(id)s);

-- name: hands_out
select has_teams() and exists (select from teams where hands_out);

-- name: queues
select t.id from teams t where t.hands_out and has_teams() and exists (select from conversations c
  where c.team_id = t.id and c.status = 'open' and c.assignee_id is null) order by t.place, t.id;

-- name: next_waiting
-- Whoever waits longest.
select id from conversations where team_id = %(team)s and status = 'open' and assignee_id is null order by last_message_at, id limit 1;

-- name: give
-- Unless somebody took it meanwhile.
update conversations set assignee_id = %(person)s
 where id = %(id)s and team_id = %(team)s and status = 'open' and assignee_id is null;

-- name: received
-- What campaigns sent to them, on any number.
select p.id, p.name, r.status, r.answered_at is not null as answered, coalesce(r.sent_at, r.failed_at) as at
  from campaign_recipients r join campaigns p on p.id = r.campaign_id
 where r.contact_id = %(contact_id)s and r.status in ('sent', 'delivered', 'read', 'failed')
 order by coalesce(r.sent_at, r.failed_at) desc nulls last limit 6;
