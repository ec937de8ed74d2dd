-- Two contacts that turn out to be one person become one, with everything that was said to either.
-- The one with a phone number stays, else the older; what it does not know is filled from the other.
create or replace function merge_contacts(people bigint[]) returns bigint language plpgsql as $$
declare
  kept bigint;
  gone bigint[];
begin
  select c.id into kept from contacts c where c.id = any(people)
   order by exists (select from contact_identities i where i.contact_id = c.id and i.kind = 'phone') desc, c.id limit 1;
  gone := array_remove(people, kept);
  update contacts c set name = coalesce(nullif(c.name, ''), other.name, ''), email = coalesce(nullif(c.email, ''), other.email, ''),
         company = coalesce(nullif(c.company, ''), other.company, ''), language = coalesce(nullif(c.language, ''), other.language, ''),
         variables = coalesce(other.variables, '{}') || c.variables, opted_out_at = coalesce(c.opted_out_at, other.opted_out_at),
         opt_out_reason = coalesce(nullif(c.opt_out_reason, ''), other.reason, ''),
         -- The wider of the two: all comes before marketing.
         opted_out_scope = coalesce(least(case when c.opted_out_at is not null then c.opted_out_scope end, other.scope), 'marketing'),
         updated_at = now()
    from (select max(name) as name, max(email) as email, max(company) as company, max(language) as language,
                 (array_agg(variables order by id))[1] as variables, min(opted_out_at) as opted_out_at,
                 max(opt_out_reason) as reason, min(opted_out_scope) filter (where opted_out_at is not null) as scope
            from contacts where id = any(gone)) other
   where c.id = kept;
  update contact_identities set contact_id = kept where contact_id = any(gone);
  insert into contact_labels (label_id, contact_id)
    select label_id, kept from contact_labels where contact_id = any(gone) on conflict do nothing;
  insert into contact_import_members (import_id, contact_id)
    select i.id, kept from contact_imports i
     where exists (select from contact_import_members m where m.import_id = i.id and m.contact_id = any(gone))
    on conflict do nothing;
  perform merge_conversations(kept, gone);
  -- Whoever got the same campaign twice under two names keeps the first entry; the other stays, without a person.
  update campaign_recipients r set contact_id = kept
   where r.contact_id = any(gone)
     and r.id = (select min(twin.id) from campaign_recipients twin where twin.contact_id = any(gone) and twin.campaign_id = r.campaign_id)
     and not exists (select from campaign_recipients own where own.contact_id = kept and own.campaign_id = r.campaign_id);
  delete from contacts where id = any(gone);
  return kept;
end $$;

create or replace function merge_conversations(kept bigint, gone bigint[]) returns void language plpgsql as $$
declare
  other record;
  own bigint;
begin
  for other in select * from conversations where contact_id = any(gone) order by id loop
    select id into own from conversations where contact_id = kept and number_id = other.number_id;
    if own is null then
      update conversations set contact_id = kept where id = other.id;
      continue;
    end if;
    update messages m set conversation_id = own where m.conversation_id = other.id
       and not exists (select from messages twin where twin.conversation_id = own and twin.wamid = m.wamid);
    update conversations set snippet = other.snippet, snippet_kind = other.snippet_kind, snippet_direction = other.snippet_direction
     where id = own and last_message_at < other.last_message_at;
    update conversations c set unread = c.unread + other.unread, assignee_id = coalesce(c.assignee_id, other.assignee_id),
           status = case when other.status = 'open' then 'open' else c.status end,
           last_inbound_at = greatest(c.last_inbound_at, other.last_inbound_at),
           last_message_at = greatest(c.last_message_at, other.last_message_at)
     where c.id = own;
    delete from conversations where id = other.id;
  end loop;
end $$;
