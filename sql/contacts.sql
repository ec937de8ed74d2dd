-- name: cards
-- What every page shows of a person. The newest come first. (min(value) would read every number of the workspace:
-- the planner answers it from the order of the primary key.)
select c.id, c.name, c.email, c.company, c.language, c.variables, c.opted_out_at, c.opt_out_reason, c.created_at,
       case when c.opted_out_at is null then '' else c.opted_out_scope end as opted_out_scope,
       coalesce(i.phone, '') as phone, coalesce(i.username, '') as username,
       coalesce((select jsonb_agg(jsonb_build_object('id', l.id, 'name', l.name, 'tone', l.tone) order by fold(l.name))
                   from contact_labels cl join labels l on l.id = cl.label_id where cl.contact_id = c.id), '[]') as labels
  from contacts c
  left join lateral (
    select (array_agg(value order by value) filter (where kind = 'phone'))[1] as phone,
           (array_agg(value order by value) filter (where kind = 'username'))[1] as username
      from contact_identities i where i.contact_id = c.id) i on true
 where c.id = any(%(ids)s)
 order by c.id desc;

-- name: newest
select id from contacts
 where id < coalesce(%(last)s::bigint, 9223372036854775807) and (not %(opted_out)s or opted_out_at is not null)
 order by id desc limit %(most)s;

-- name: by_words
-- Reads the people of one workspace: 0.3 s in a million.
select id from contacts
 where id < coalesce(%(last)s::bigint, 9223372036854775807)
   and folded like all (array(select fold(pattern) from unnest(%(patterns)s::text[]) pattern))
   and (not %(opted_out)s or opted_out_at is not null)
 order by id desc limit %(most)s;

-- name: by_label
select l.contact_id as id from contact_labels l join contacts c on c.id = l.contact_id
 where l.label_id = %(label_id)s and l.contact_id < coalesce(%(last)s::bigint, 9223372036854775807)
   and c.folded like all (array(select fold(pattern) from unnest(%(patterns)s::text[]) pattern))
   and (not %(opted_out)s or c.opted_out_at is not null)
 order by l.contact_id desc limit %(most)s;

-- name: by_number
-- First digits, last digits or some between: the numbers are read from the key alone, people are only fetched for hits.
with hit as materialized (select value from contact_identities where kind = 'phone' and value like %(pattern)s)
select distinct i.contact_id as id
  from hit
 cross join lateral (select contact_id from contact_identities i
                      where i.kind = 'phone' and i.value = hit.value and i.portfolio = '' limit 1) i
  join contacts c on c.id = i.contact_id
 where i.contact_id < coalesce(%(last)s::bigint, 9223372036854775807)
   and (not %(opted_out)s or c.opted_out_at is not null)
   and (%(label_id)s::bigint is null
        or exists (select from contact_labels l where l.contact_id = i.contact_id and l.label_id = %(label_id)s))
 order by 1 desc limit %(most)s;

-- name: variable_keys
-- The most used come first; whoever has more of them than a table has room for loses the rarest.
select key from contacts, jsonb_object_keys(variables) key
 where %(ids)s::bigint[] is null or id = any(%(ids)s)
 group by key order by count(*) desc, key limit %(most)s;

-- name: create
insert into contacts (name, email, company, language, variables)
values (%(name)s, %(email)s, %(company)s, %(language)s, %(variables)s)
returning id;

-- name: change
update contacts set name = %(name)s, email = %(email)s, company = %(company)s, language = %(language)s,
       variables = %(variables)s, updated_at = now()
 where id = %(id)s;

-- name: add_phone
insert into contact_identities (contact_id, kind, value) values (%(id)s, 'phone', %(phone)s);

-- name: drop_phone
delete from contact_identities where contact_id = %(id)s and kind = 'phone' and value = %(phone)s;

-- name: identities
select kind, value from contact_identities where contact_id = %(id)s and kind in ('phone', 'wa_id', 'bsuid', 'username')
 order by kind desc, value;

-- name: delete
delete from contacts where id = any(%(ids)s);
