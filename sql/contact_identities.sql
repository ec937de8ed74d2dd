-- name: known
-- The limit keeps it a lookup per key: an import can make the statistics of this table useless within a minute.
select k.kind, k.value, k.portfolio, i.contact_id, (select name = '' from contacts c where c.id = i.contact_id) as nameless
  from unnest(%(kinds)s::text[], %(values)s::text[], %(portfolios)s::text[]) k (kind, value, portfolio)
 cross join lateral (
   select contact_id from contact_identities i
    where i.kind = k.kind and i.value = k.value and i.portfolio = k.portfolio limit 1) i;

-- name: lock
-- Whoever adds people or identities to a workspace does it alone, until the end of the transaction. Finding needs no lock.
select pg_advisory_xact_lock(hashtext('contacts'), hashtext(tenant_id()::text));

-- name: create
insert into contacts (name)
select left(name, 200) from unnest(%(names)s::text[]) with ordinality as given (name, place) order by place
returning id;

-- name: name_the_nameless
update contacts set name = left(given.name, 200), updated_at = now()
  from unnest(%(ids)s::bigint[], %(names)s::text[]) given (id, name)
 where contacts.id = given.id and contacts.name = '';

-- name: merge
select merge_contacts(%(people)s::bigint[]);

-- name: add
-- A username can pass to somebody else; what was known by one person keeps its owner otherwise.
insert into contact_identities (contact_id, kind, value, portfolio)
select * from unnest(%(ids)s::bigint[], %(kinds)s::text[], %(values)s::text[], %(portfolios)s::text[])
on conflict (tenant_id, kind, value, portfolio) do update set contact_id = excluded.contact_id
  where contact_identities.kind = 'username';

-- name: drop_old_usernames
delete from contact_identities i
 using unnest(%(ids)s::bigint[], %(names)s::text[]) given (id, name)
 where i.contact_id = given.id and i.kind = 'username' and i.value <> given.name;

-- name: drop
delete from contact_identities i
 using unnest(%(kinds)s::text[], %(values)s::text[], %(portfolios)s::text[]) k (kind, value, portfolio)
 where i.kind = k.kind and i.value = k.value and i.portfolio = k.portfolio;
