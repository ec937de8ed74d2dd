-- Edits, deletions and reactions are kept as elements of their own and found by the message that they are about,
-- because either may come first.
create index messages_changes on messages (tenant_id, conversation_id, quoted, kind, at desc, id desc)
  where direction = 'event' and quoted is not null;
