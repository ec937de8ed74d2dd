-- name: of_person
-- Through the platform's door: a person may be in several.
select t.id, t.name, m.owner, t.suspended_at is not null as suspended
  from memberships m join tenants t on t.id = m.tenant_id
 where m.user_id = %(user_id)s and m.deactivated_at is null
 order by fold(t.name), t.id;

-- name: second_factor
select two_factor from sessions where token_hash = %(token_hash)s and user_id = %(user_id)s;

-- name: found
select found_workspace(%(name)s, %(slug)s, %(country)s, %(zone)s, %(language)s, %(user_id)s);
