-- name: numbers
select n.id, n.phone_number_id, w.portfolio from phone_numbers n join wabas w on w.id = n.waba
 where n.phone_number_id = any(%(phone_number_ids)s);

-- name: open_conversations
-- A reaction alone does not ask for an answer: what it opens begins resolved.
insert into conversations (contact_id, number_id, status, snippet_kind, last_message_at)
select contact_id, number_id, case when bool_or(direction <> 'event') then 'open' else 'resolved' end,
       case when bool_or(direction <> 'event') then 'text' else 'reaction' end, max(at)
  from jsonb_to_recordset(%(elements)s) as e (contact_id bigint, number_id bigint, direction text, at timestamptz)
 group by contact_id, number_id order by contact_id, number_id
on conflict (tenant_id, contact_id, number_id) do nothing;

-- name: lock_conversations
-- In one order, so that two batches never wait for each other.
select c.id from conversations c
 where (c.contact_id, c.number_id) in (select contact_id, number_id
         from jsonb_to_recordset(%(elements)s) as e (contact_id bigint, number_id bigint))
 order by c.id for update;

-- name: insert
-- The provider repeats itself; what is known by its wamid adds no row, and so has no effect below.
insert into messages (conversation_id, direction, kind, text, payload, quoted, wamid, status, at, sent_at)
select c.id, e.direction, e.kind, e.text, e.payload, e.quoted, e.wamid, case e.direction when 'out' then 'sent' else 'received' end,
       e.at, case e.direction when 'out' then e.at end
  from jsonb_to_recordset(%(elements)s) as e (contact_id bigint, number_id bigint, wamid text, direction text,
         kind text, text text, payload jsonb, quoted text, at timestamptz, place bigint)
  join conversations c on c.contact_id = e.contact_id and c.number_id = e.number_id
 order by e.at, e.place
on conflict (tenant_id, conversation_id, wamid) where wamid is not null do nothing
returning id, conversation_id, direction, kind, payload ->> 'media_id' as media_id;

-- name: raise_conversations
-- Only what was inserted counts: unread is not counted twice, and an older message does not become the snippet.
with fresh as (
  select m.conversation_id, count(*) filter (where m.direction = 'in') as unread,
         max(m.at) filter (where m.direction = 'in') as last_inbound_at, max(m.at) as last_message_at,
         (array_agg(m order by m.at desc, m.id desc))[1] as last
    from messages m where m.id = any(%(ids)s) and m.direction <> 'event'
   group by m.conversation_id
)
update conversations c
   set unread = c.unread + f.unread,
       status = case when f.unread > 0 then 'open' else c.status end,
       resolved_at = case when f.unread > 0 then null else c.resolved_at end,
       -- Whoever begins to talk to us, or begins again, goes to the team that looks after such.
       team_id = case when f.unread > 0 and c.assignee_id is null and c.team_id is null
         and (c.last_inbound_at is null or c.status = 'resolved') then r.incoming_team else c.team_id end,
       last_inbound_at = greatest(c.last_inbound_at, f.last_inbound_at),
       last_message_at = greatest(c.last_message_at, f.last_message_at),
       (snippet, snippet_kind, snippet_direction) = (
         select case when f.last_message_at >= c.last_message_at or c.snippet = '' then left((f.last).text, 200) else c.snippet end,
                case when f.last_message_at >= c.last_message_at then (f.last).kind else c.snippet_kind end,
                case when f.last_message_at >= c.last_message_at then (f.last).direction else c.snippet_direction end)
  from fresh f left join team_settings r on has_teams()
 where c.id = f.conversation_id
returning c.contact_id, c.status = 'open' and c.assignee_id is null
   and c.team_id is not null and exists (select from teams t where t.id = c.team_id and t.hands_out and has_teams()) as is_handed_out;

-- name: short_messages
-- What may be nothing but a word: texts, and the buttons of templates and messages, which come with their text.
select m.conversation_id, c.contact_id, m.wamid, m.text, m.at
  from messages m join conversations c on c.id = m.conversation_id
 where m.id = any(%(ids)s) and m.direction = 'in' and m.kind in ('text', 'button', 'interactive')
   and length(m.text) between 1 and %(longest)s and not m.payload ? 'group_id'
   and (m.kind <> 'interactive' or m.payload -> 'answer' ->> 'kind' = 'button')
 order by m.at, m.id;

-- name: apply_changes
-- What later elements did to a message is worked out anew from all of them, so repeats and any order end the same.
with touched as (
  select distinct conversation_id, case direction when 'event' then quoted else wamid end as wamid
    from messages where id = any(%(ids)s)
)
update messages m
   set reaction_theirs = coalesce(theirs.text, m.reaction_theirs), reaction_ours = coalesce(ours.text, m.reaction_ours),
       text = coalesce(edit.text, m.text), edited_at = coalesce(edit.at, m.edited_at), revoked_at = coalesce(gone.at, m.revoked_at)
  from touched t
  left join lateral latest_change(t.conversation_id, t.wamid, 'reaction') theirs on true
  left join lateral latest_change(t.conversation_id, t.wamid, 'reaction_ours') ours on true
  left join lateral latest_change(t.conversation_id, t.wamid, 'edit') edit on true
  left join lateral latest_change(t.conversation_id, t.wamid, 'revoke') gone on true
 where m.conversation_id = t.conversation_id and m.wamid = t.wamid and m.direction <> 'event'
   and coalesce(theirs.at, ours.at, edit.at, gone.at) is not null
returning m.id, m.conversation_id;

-- name: react_to_campaigns
update campaign_recipients r set reaction_theirs = change.text
  from messages e join conversations c on c.id = e.conversation_id
  cross join lateral latest_change(e.conversation_id, e.quoted, 'reaction') change
 where e.id = any(%(ids)s) and e.kind = 'reaction' and e.direction = 'event'
   and r.contact_id = c.contact_id and r.wamid = e.quoted;

-- name: announce
select announce('conversation:' || m.conversation_id, case when m.id = any(%(added)s) then 'message_added' else 'message_changed' end, m.id)
  from messages m where m.id = any(%(added)s || %(changed)s::bigint[]) and not (m.direction = 'event' and m.quoted is not null);

-- name: match_statuses
-- By our id, which every status brings back; by wamid only for what was sent without one, through the person it went to.
select s.place, m.id
  from jsonb_to_recordset(%(statuses)s) as s (place int, message_id bigint, wamid text, people text[])
  join messages m on m.id = s.message_id and m.direction = 'out'
union
select s.place, m.id
  from jsonb_to_recordset(%(statuses)s) as s (place int, message_id bigint, wamid text, people text[])
  join contact_identities i on i.kind in ('wa_id', 'bsuid') and i.value = any(s.people)
  join conversations c on c.contact_id = i.contact_id
  join messages m on m.conversation_id = c.id and m.wamid = s.wamid and m.direction = 'out'
 where s.message_id is null;

-- name: raise_statuses
-- Each step keeps its own moment. An attempt that was given up may still fail, which is no news for the one after it.
with news as (
  select s.id, max(s.wamid) as wamid, max(message_rank(s.status)) as rank, min(s.at) filter (where s.status = 'sent') as sent_at,
         min(s.at) filter (where s.status in ('delivered', 'read', 'played')) as delivered_at,
         min(s.at) filter (where s.status in ('read', 'played')) as read_at, min(s.at) filter (where s.status = 'failed') as failed_at,
         (array_agg(s.code) filter (where s.status = 'failed'))[1] as code,
         (array_agg(s.detail) filter (where s.status = 'failed'))[1] as detail
    from jsonb_to_recordset(%(statuses)s) as s (id bigint, wamid text, status text, at timestamptz, code int, detail text)
    join messages m on m.id = s.id and (s.status <> 'failed' or (coalesce(m.wamid, s.wamid) = s.wamid
      and not coalesce(m.payload -> 'attempts', '[]') @> jsonb_build_array(jsonb_build_object('wamid', s.wamid))))
   group by s.id
)
update messages m
   set status = (message_statuses())[greatest(n.rank, message_rank(m.status))],
       wamid = coalesce(m.wamid, n.wamid), lease_until = null,
       sent_at = coalesce(m.sent_at, n.sent_at, n.delivered_at), delivered_at = coalesce(m.delivered_at, n.delivered_at),
       read_at = coalesce(m.read_at, n.read_at), failed_at = coalesce(m.failed_at, n.failed_at),
       error_code = coalesce(n.code, m.error_code), error_detail = coalesce(n.detail, m.error_detail)
  from news n
 where m.id = n.id and (n.rank > message_rank(m.status) or (n.sent_at is not null and m.sent_at is null)
   or (n.delivered_at is not null and m.delivered_at is null))
returning m.id;

-- name: refused_marketing
select c.contact_id, m.failed_at as at, coalesce(m.wamid, '') as wamid, m.error_detail as text
  from messages m join conversations c on c.id = m.conversation_id
 where m.id = any(%(ids)s) and m.error_code = %(code)s;
