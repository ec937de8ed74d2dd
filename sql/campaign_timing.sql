-- name: knows_zones
select exists (select from phone_zones where release = %(release)s);

-- name: learn_zones
-- Zones that this Postgres does not know would fail every claim; those of one range are joined by commas.
with known as materialized (
  select name from pg_timezone_names
), forgotten as (
  delete from phone_zones where place > cardinality(%(firsts)s::int[])
)
insert into phone_zones (place, first, zones, release)
select t.place, t.first, array(select z.zone from unnest(string_to_array(t.zones, ',')) with ordinality z (zone, place)
                                 join known on known.name = z.zone order by z.place), %(release)s
  from unnest(%(firsts)s::int[], %(zones)s::text[]) with ordinality t (first, zones, place)
 order by t.place
on conflict (place) do update set first = excluded.first, zones = excluded.zones, release = excluded.release;
