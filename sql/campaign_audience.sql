-- name: choices
-- Who can be chosen, and the names of people's own variables: those of the latest thousand people and of the latest imports.
select (select coalesce(jsonb_agg(jsonb_build_object('id', id, 'name', name) order by fold(name)), '[]') from labels) as labels,
       (select coalesce(jsonb_agg(jsonb_build_object('id', i.id, 'name', f.name, 'at', i.finished_at) order by i.id desc), '[]')
          from (select id, file_id, finished_at from contact_imports where state = 'done' order by id desc limit 50) i
          join files f on f.id = i.file_id) as imports,
       (select coalesce(jsonb_agg(distinct key order by key), '[]') from (
          (select variables from contacts order by id desc limit 1000)
          union all
          (select c.variables from (select id from contact_imports where state = 'done' order by id desc limit 20) i,
             lateral (select contact_id from contact_import_members where import_id = i.id limit 20) m
             join contacts c on c.id = m.contact_id)) known, jsonb_object_keys(known.variables) key) as keys,
       exists (select from contacts) as people;

-- name: reach
select coalesce(jsonb_object_agg(skip_reason, n), '{}') from (
  select skip_reason, count(*) as n
    from campaign_audience(%(audience)s::jsonb, %(variables)s::jsonb, %(marketing)s, %(names)s::text[])
   group by skip_reason) counted;

-- name: examples
select c.name, a.address, a.parameters
  from campaign_audience(%(audience)s::jsonb, %(variables)s::jsonb, %(marketing)s, %(names)s::text[]) a
  join contacts c on c.id = a.contact_id
 where a.skip_reason = '' limit 3;
