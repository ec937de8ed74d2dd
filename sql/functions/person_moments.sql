-- What each person of the team did: noted where it happens, counted by the dashboard.

-- A first answer ends the wait of whoever wrote: it began with their first message since somebody last answered or resolved.
-- What they wrote before their window of 24 hours asked for nothing: a word of thanks of last week would count as a week of waiting.
create or replace function waited(message messages) returns integer language sql stable as $$
  select extract(epoch from message.at - min(m.at))::integer from messages m
   where m.tenant_id = message.tenant_id and m.conversation_id = message.conversation_id and m.direction = 'in'
     and m.at between message.at - interval '24 hours' and message.at and m.at > coalesce((
       select e.at from messages e
        where e.tenant_id = message.tenant_id and e.conversation_id = message.conversation_id and e.at <= message.at
          and e.id <> message.id and e.author_id is not null and (e.direction = 'out' and e.status <> 'failed' or e.kind = 'resolved')
        order by e.at desc, e.id desc limit 1), '-infinity')
$$;

create or replace function note_sent() returns trigger language plpgsql as $$
begin
  insert into person_moments (tenant_id, user_id, at, what, seconds) values (new.tenant_id, new.author_id, new.sent_at, 'sent', waited(new));
  return null;
end $$;

create or replace function note_resolved() returns trigger language plpgsql as $$
begin
  insert into person_moments (tenant_id, user_id, at, what) values (new.tenant_id, new.author_id, new.at, 'resolved');
  return null;
end $$;

-- By themselves, from a colleague, or by the turn of a team: whoever has it from then on has taken it.
create or replace function note_taken() returns trigger language plpgsql as $$
begin
  insert into person_moments (tenant_id, user_id, at, what)
    values (new.tenant_id, new.assignee_id, case tg_op when 'INSERT' then new.created_at else now() end, 'taken');
  return null;
end $$;

-- Asked on every message and every status: what no person wrote pays for the question only.
create or replace trigger note_sent after insert on messages
  for each row when (new.author_id is not null and new.direction = 'out' and new.sent_at is not null) execute function note_sent();
create or replace trigger note_sent_later after update on messages
  for each row when (new.author_id is not null and new.direction = 'out' and old.sent_at is null and new.sent_at is not null)
  execute function note_sent();
create or replace trigger note_resolved after insert on messages
  for each row when (new.author_id is not null and new.kind = 'resolved' and new.direction = 'event') execute function note_resolved();
create or replace trigger note_taken after insert on conversations
  for each row when (new.assignee_id is not null) execute function note_taken();
create or replace trigger note_taken_later after update of assignee_id on conversations
  for each row when (new.assignee_id is not null and new.assignee_id is distinct from old.assignee_id) execute function note_taken();
