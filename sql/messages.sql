-- name: thread
select * from thread(%(conversation_id)s, coalesce(%(at)s, 'infinity'::timestamptz), coalesce(%(key)s, 0), %(size)s);

-- name: find
-- One message as the thread shows it.
select t.* from messages m cross join lateral thread(m.conversation_id, m.at, m.id + 1, 1) t where m.id = %(id)s;

-- name: by_public_id
select id from messages where public_id = %(public_id)s and conversation_id = %(conversation_id)s;

-- name: file
select f.id, f.name, f.mime, f.size from messages m join files f on f.id = m.file_id where m.public_id = %(public_id)s;

-- name: reaction
select m.text as emoji, m.quoted as wamid, c.number_id, address_of(c.contact_id) as address
  from messages m join conversations c on c.id = m.conversation_id
 where m.id = %(id)s;

-- name: write
-- A second POST of the same composer finds its message already there, and adds none.
insert into messages (conversation_id, public_id, direction, kind, text, payload, file_id, quoted, status, author_id)
values (%(conversation_id)s, %(public_id)s, %(direction)s, %(kind)s, %(text)s, %(payload)s, %(file_id)s, %(quoted)s, %(status)s, %(author_id)s)
on conflict (tenant_id, public_id) do nothing
returning id;

-- name: note_written
-- What we send shows in the list, opens a resolved conversation and answers what was unread.
update conversations
   set snippet = left(%(text)s, 200), snippet_kind = %(kind)s, snippet_direction = 'out', last_message_at = now(), unread = 0,
       status = 'open', resolved_at = null
 where id = %(id)s;

-- name: claim
-- Before the call: if we die in it, the row says that the outcome is unknown. Where it goes is looked up now, not when written.
update messages m set status = 'sending', lease_until = now() + %(lease)s
  from conversations c
 where m.id = %(id)s and m.status = 'pending' and c.id = m.conversation_id
returning m.id, m.conversation_id, m.kind, m.text, m.payload, m.file_id, m.quoted, c.number_id, c.contact_id,
  address_of(c.contact_id) as address;

-- name: left_sending
-- Its sender died in the call; nobody knows what became of it.
update messages set status = 'uncertain', lease_until = null where id = %(id)s and status = 'sending'
returning conversation_id;

-- name: settle
-- A webhook may have been faster: statuses only rise, and every moment is noted once.
update messages
   set status = case when message_rank(%(status)s) > message_rank(status) then %(status)s else status end,
       wamid = coalesce(wamid, %(wamid)s), lease_until = null, error_code = coalesce(%(code)s, error_code),
       error_detail = coalesce(nullif(%(detail)s, ''), error_detail),
       sent_at = case when %(status)s = 'sent' then coalesce(sent_at, now()) else sent_at end,
       failed_at = case when %(status)s = 'failed' then coalesce(failed_at, now()) else failed_at end
 where id = %(id)s
returning conversation_id;

-- name: release
-- Nothing has left: it waits for the next attempt.
update messages set status = 'pending', lease_until = null where id = %(id)s and status = 'sending';

-- name: try_again
-- Keeps the story of the attempt before. An uncertain one first gets its time to be confirmed.
update messages
   set status = 'pending', wamid = null, error_code = null, error_detail = '', failed_at = null, sent_at = null,
       payload = payload || jsonb_build_object('attempts', coalesce(payload -> 'attempts', '[]') ||
         jsonb_build_object('wamid', wamid, 'status', status, 'code', error_code, 'at', now()))
 where id = %(id)s and (status = 'failed'
   or status = 'uncertain' and greatest(at, (payload -> 'attempts' -> -1 ->> 'at')::timestamptz) < now() - %(grace)s)
returning id;

-- name: keep_upload
update messages set payload = payload || jsonb_build_object('media_id', %(media_id)s::text) where id = %(id)s;

-- name: keep_file
update messages set file_id = %(file_id)s, payload = payload - 'failed' where id = %(id)s returning conversation_id;

-- name: keep_file_problem
update messages set payload = payload || '{"failed": true}' where id = %(id)s and file_id is null returning conversation_id;

-- name: media_to_fetch
select m.id, m.payload, c.number_id from messages m join conversations c on c.id = m.conversation_id
 where m.id = %(id)s and m.file_id is null;

-- name: still_uncertain
select conversation_id from messages where id = %(id)s and status = 'uncertain';
