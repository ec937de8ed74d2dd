-- name: current
select messages_days, files_days, webhooks_days, audit_days from retention;

-- name: keep
insert into retention (messages_days, files_days, webhooks_days, audit_days)
values (%(messages_days)s, %(files_days)s, %(webhooks_days)s, %(audit_days)s)
on conflict (tenant_id) do update
  set messages_days = excluded.messages_days, files_days = excluded.files_days, webhooks_days = excluded.webhooks_days,
      audit_days = excluded.audit_days;

-- name: due
-- Webhooks go with everybody's: intake.forget_processed.
select r.tenant_id from retention r where num_nonnulls(r.messages_days, r.files_days, r.audit_days) > 0;

-- name: forgetting
-- Totals stay as they are, and what may only be added to lets go of what is old.
select set_config('app.forgets', 'old', true);

-- name: forget_messages
-- Conversation after conversation, along the index of the thread; the same ones again while more is left of them. No row: done.
with chats as materialized (
  select id from conversations where id > %(last)s order by id limit 500
), old as materialized (
  select m.id, m.file_id from chats, lateral (
    select m.id, m.file_id from messages m where m.conversation_id = chats.id and m.at < %(before)s limit %(size)s) m limit %(size)s
), gone as (
  delete from messages m using old where m.id = old.id
)
select case when (select count(*) from old) < %(size)s then max(id) else %(last)s end as last,
       (select coalesce(array_agg(distinct file_id), '{}') from old where file_id is not null) as files
  from chats having count(*) > 0;

-- name: forget_conversations
-- Nothing is left of them but the last words on the list.
delete from conversations where id in (
  select c.id from conversations c
   where c.last_message_at < %(before)s and not exists (select from messages m where m.conversation_id = c.id)
   order by c.last_message_at limit %(most)s);

-- name: forget_files
delete from files f where f.id = any(%(ids)s) and not exists (select from messages m where m.file_id = f.id);

-- name: let_go_of_files
-- Their keys are in the order of time, so it is over with the first page that has nothing old. No row: done.
with looked as materialized (
  select id, created_at from files where id > %(last)s order by id limit %(size)s
), old as (
  select l.id from looked l where l.created_at < %(before)s and exists (select from messages m where m.file_id = l.id)
), left_behind as (
  update messages m set file_id = null, payload = m.payload || '{"forgotten": true}' from old where m.file_id = old.id
)
select max(id) as last, (select coalesce(array_agg(id), '{}') from old) as files from looked having bool_or(created_at < %(before)s);

-- name: forget_exports
delete from files f using exports e where f.id = e.file_id and e.finished_at < %(before)s;

-- name: count_messages
-- Ten thousand and one are told as "more than ten thousand": nothing here counts a whole table.
select count(*) from (
  select from (select id from conversations order by id limit 20000) c, lateral (
    select from messages m where m.conversation_id = c.id and m.at < %(before)s limit %(most)s) m limit %(most)s) looked;

-- name: count_files
select count(*) from (select id, created_at from files order by id limit %(most)s) looked
 where created_at < %(before)s and exists (select from messages m where m.file_id = looked.id);

-- name: count_webhooks
select count(*) from (select received_at from intake_parts order by event_id limit %(most)s) looked where received_at < %(before)s;

-- name: count_audit
select count(*) from (select from audit_log where at < %(before)s limit %(most)s) looked;
