-- The ledger of consent keeps itself: nothing in it changes, and what it says holds for whoever comes back.

create or replace function refuse_to_forget() returns trigger language plpgsql as $$
begin
  raise exception 'the ledger of consent is only ever added to' using errcode = 'restrict_violation';
end $$;

-- A workspace that is deleted takes its ledger along: that comes from another trigger, and so from a depth of its own, or says so.
create or replace trigger only_added_to before update or delete on consent_events
  for each statement when (pg_trigger_depth() = 0 and coalesce(current_setting('app.forgets', true), '') <> 'workspace')
  execute function refuse_to_forget();
create or replace trigger never_emptied before truncate on consent_events
  for each statement execute function refuse_to_forget();

-- A contact that was deleted and made again, by hand, by an import or by a webhook, is still the person who opted out.
create or replace function still_opted_out() returns trigger language plpgsql as $$
begin
  update contacts c set opted_out_at = said.at, opted_out_scope = said.scope, opt_out_reason = said.how
    from (select distinct on (n.contact_id) n.contact_id, e.at, e.scope, e.how
            from made n
            cross join lateral (
              select e.what, e.at, e.scope, e.how from consent_events e
               where e.address <> '' and e.address = case n.kind when 'wa_id' then '+' || n.value else n.value end
               order by e.id desc limit 1) e
           where n.kind <> 'username' and e.what = 'opted_out'
           order by n.contact_id, e.at desc) said
   where c.id = said.contact_id and c.opted_out_at is null;
  return null;
end $$;

create or replace trigger still_opted_out after insert on contact_identities
  referencing new table as made for each statement execute function still_opted_out();
