-- name: current
select id, name, slug, country, time_zone, language from tenants where id = tenant_id();

-- name: slug_taken
select true from tenants where slug = %(slug)s;

-- name: change
update tenants set name = %(name)s, country = %(country)s, time_zone = %(time_zone)s, language = %(language)s
 where id = tenant_id()
returning id, name, slug, country, time_zone, language;
