-- name: current
select id, name, slug, country, time_zone, language from tenants where id = tenant_id();

-- name: slug_taken
select true from tenants where slug = %(slug)s;
