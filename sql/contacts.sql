-- name: cards
-- What every page shows of a person. The newest come first.
select c.id, c.name, c.email, c.company, c.language, c.variables, c.opted_out_at, c.opt_out_reason, c.created_at,
       coalesce((select min(value) from contact_identities i where i.contact_id = c.id and i.kind = 'phone'), '') as phone,
       coalesce((select min(value) from contact_identities i where i.contact_id = c.id and i.kind = 'username'), '') as username,
       coalesce((select jsonb_agg(jsonb_build_object('id', l.id, 'name', l.name, 'tone', l.tone) order by fold(l.name))
                   from contact_labels cl join labels l on l.id = cl.label_id where cl.contact_id = c.id), '[]') as labels
  from contacts c
 where c.id = any(%(ids)s)
 order by c.id desc;

-- name: by_words
-- Reads the people of one workspace, newest first, until a page is full: 0.3 s for the rarest word in a million.
select id from contacts
 where (%(last)s::bigint is null or id < %(last)s)
   and folded like all (array(select fold(pattern) from unnest(%(patterns)s::text[]) pattern))
   and (not %(opted_out)s or opted_out_at is not null)
 order by id desc limit 51;

-- name: by_label
select l.contact_id as id from contact_labels l join contacts c on c.id = l.contact_id
 where l.label_id = %(label_id)s and (%(last)s::bigint is null or l.contact_id < %(last)s)
   and c.folded like all (array(select fold(pattern) from unnest(%(patterns)s::text[]) pattern))
   and (not %(opted_out)s or c.opted_out_at is not null)
 order by l.contact_id desc limit 51;

-- name: by_number
-- First digits, last digits or some between: the numbers are read from the key alone, people are only fetched for hits.
select distinct i.contact_id as id
  from (select value from contact_identities where kind = 'phone' and value like %(pattern)s) hit
  join contact_identities i on i.kind = 'phone' and i.value = hit.value and i.portfolio = ''
  join contacts c on c.id = i.contact_id
 where (%(last)s::bigint is null or i.contact_id < %(last)s)
   and (not %(opted_out)s or c.opted_out_at is not null)
   and (%(label_id)s::bigint is null
        or exists (select from contact_labels l where l.contact_id = i.contact_id and l.label_id = %(label_id)s))
 order by 1 desc limit 51;

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
