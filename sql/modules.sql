-- name: off
select modules_off from tenants where id = tenant_id();

-- name: switch_off
update tenants set modules_off = modules_off || %(id)s::text where id = tenant_id() and %(id)s <> all(modules_off) returning true;

-- name: switch_on
update tenants set modules_off = array_remove(modules_off, %(id)s::text) where id = tenant_id() and %(id)s = any(modules_off) returning true;

-- name: everybody
select user_id as id from memberships where deactivated_at is null;

-- name: uses
select (select count(*) from campaigns where status in ('launching', 'sending')) as campaigns_running,
       (select count(*) from campaigns where status = 'scheduled') as campaigns_planned,
       (select count(*) from quick_replies) as quick_replies,
       (select count(*) from contact_imports where state = 'running') as imports_running,
       (select count(*) from teams) as teams,
       (select count(*) from alerts where resolved_at is null) as alerts_open,
       (select count(*) from api_tokens where revoked_at is null) as tokens;
