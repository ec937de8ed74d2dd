-- name: current
select id, name, slug, country, time_zone, language, languages, brand_colour, accent_colour, logo_file, delete_at, delete_asked_at
  from tenants where id = tenant_id();

-- name: slug_taken
select true from tenants where slug = %(slug)s;

-- name: change
update tenants
   set name = %(name)s, slug = %(slug)s, country = %(country)s, time_zone = %(time_zone)s, language = %(language)s,
       languages = %(languages)s
 where id = tenant_id()
returning id, name, slug, country, time_zone, language, languages, brand_colour, accent_colour, logo_file, delete_at, delete_asked_at;

-- name: paint
update tenants set brand_colour = %(brand)s, accent_colour = %(accent)s where id = tenant_id();

-- name: put_logo_up
-- The one before is nobody's any more.
with before as (
  select id, logo_file from tenants where id = tenant_id() for update
), put as (
  update tenants t set logo_file = %(file_id)s from before where t.id = before.id
)
delete from files f using before where f.id = before.logo_file and f.id is distinct from %(file_id)s;

-- name: logo
select f.id, f.name, f.mime, f.size from tenants t join files f on f.id = t.logo_file where t.id = tenant_id();

-- name: ends
-- Or is suspended: in either case nothing goes out.
select delete_at is not null or suspended_at is not null from tenants where id = tenant_id();
