-- One batch of an import, as contacts/reader.py writes it. Answers the import, or nothing when it is no longer running or
-- when somebody else was here first: `seen` is how many rows were done when the batch was read.
create or replace function import_contacts(import bigint, seen integer, batch json) returns setof contact_imports
  language plpgsql as $$
declare
  people integer;
  made integer;
  met integer;
begin
  perform from contact_imports where id = import and state = 'running' and rows_done = seen for update;
  if not found then
    return;
  end if;
  perform pg_advisory_xact_lock(hashtext('contacts'), hashtext(tenant_id()::text));
  -- The people and the count of rows go together, so a crash only means that the last batches are read again.
  perform set_config('synchronous_commit', 'off', true);

  -- The limit keeps it a lookup per person: statistics cannot follow a table that grows by 15,000 rows a second.
  with person as materialized (
    select p.*, i.contact_id as known, coalesce(i.contact_id, nextval('contacts_id_seq')) as id
      from json_to_recordset(batch -> 'people')
        as p (phone text, name text, email text, company text, language text, variables jsonb)
      left join lateral (select contact_id from contact_identities i
                          where i.kind = 'phone' and i.value = p.phone and i.portfolio = '' limit 1) i on true),
  added as (
    insert into contacts (id, name, email, company, language, variables) overriding system value
    select id, coalesce(name, ''), coalesce(email, ''), coalesce(company, ''), coalesce(language, ''), coalesce(variables, '{}')
      from person where person.known is null),
  identity as (
    insert into contact_identities (contact_id, kind, value) select id, 'phone', phone from person where person.known is null),
  member as (
    insert into contact_import_members (import_id, contact_id) select distinct import, id from person
    on conflict do nothing returning contact_id),
  changed as (
    update contacts c
       set name = coalesce(p.name, c.name), email = coalesce(p.email, c.email), company = coalesce(p.company, c.company),
           language = coalesce(p.language, c.language), variables = c.variables || coalesce(p.variables, '{}'), updated_at = now()
      from person p
     where c.id = p.known and p.known in (select contact_id from member)
       and (c.name, c.email, c.company, c.language, c.variables) is distinct from
           (coalesce(p.name, c.name), coalesce(p.email, c.email), coalesce(p.company, c.company),
            coalesce(p.language, c.language), c.variables || coalesce(p.variables, '{}')))
  select count(*), count(*) filter (where person.known is null), (select count(*) from member) into people, made, met from person;

  perform import_labels(batch -> 'labels') where batch ->> 'labels' <> '{}';
  insert into contact_import_refusals (import_id, line, reason, cells)
    select import, line, reason, cells from json_to_recordset(batch -> 'refused') as r (line integer, reason text, cells text[])
    on conflict do nothing;
  return query
    update contact_imports i
       set rows_done = seen + (batch ->> 'rows')::integer, added = i.added + made, updated = i.updated + met - made,
           repeated = i.repeated + (batch ->> 'repeated')::integer + people - met,
           refused = i.refused + json_array_length(batch -> 'refused')
     where i.id = import returning i.*;
end $$;

-- {"VIP": ["+34…", …], …}: new labels are made as they were first written.
create or replace function import_labels(given json) returns void language sql as $$
  with labelled as materialized (
    select label, fold(label) as folded, i.contact_id
      from json_each(given) as l (label, numbers)
     cross join lateral json_array_elements_text(numbers) as n (number)
     cross join lateral (select contact_id from contact_identities i
                          where i.kind = 'phone' and i.value = number and i.portfolio = '' limit 1) i),
  made as (
    insert into labels (name) select distinct on (folded) label from labelled
     where not exists (select from labels where fold(name) = folded) order by folded, label
    returning id, name)
  insert into contact_labels (label_id, contact_id)
    select distinct l.id, contact_id
      from labelled join (select id, name from labels union all select id, name from made) l on fold(l.name) = folded
    on conflict do nothing
$$;

-- In place of two foreign keys, which cost a third of an import. They fire for cascades as well.
create or replace function forget_import_members() returns trigger language plpgsql as $$
begin
  if tg_table_name = 'contacts' then
    delete from contact_import_members m using gone, contact_imports i
     where m.contact_id = gone.id and m.import_id = i.id and m.tenant_id = gone.tenant_id and i.tenant_id = gone.tenant_id;
  else
    delete from contact_import_members m using gone where m.import_id = gone.id and m.tenant_id = gone.tenant_id;
  end if;
  return null;
end $$;

create or replace trigger forget_import_members after delete on contacts
  referencing old table as gone for each statement execute function forget_import_members();
create or replace trigger forget_import_members after delete on contact_imports
  referencing old table as gone for each statement execute function forget_import_members();

-- A workspace that has just grown a hundredfold would still be planned for as a small one.
create or replace function analyze_contacts() returns void language plpgsql as $$
begin
  analyze contacts, contact_identities, contact_labels, contact_import_members;
end $$;
