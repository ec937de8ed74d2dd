-- The audit log's two hands: a trigger that writes each changed row, and what a request says for itself when no row did.

-- Entries are never changed, and go only when they are old enough, or with their workspace. Refused sign-ins count up.
create or replace function only_added_to() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' and (current_setting('app.forgets', true) = 'workspace'
      or (current_setting('app.forgets', true) = 'old' and old.at < now() - interval '30 days')) then
    return old;
  end if;
  if tg_op = 'UPDATE' and old.action in ('account.refuse_password', 'account.refuse_code') and new.rows > old.rows
     and to_jsonb(new) - 'rows' = to_jsonb(old) - 'rows' then
    return new;
  end if;
  raise exception 'the audit log is only added to' using errcode = 'insufficient_privilege';
end $$;

-- What is told of a row: nothing empty, nothing that only machines count, and of secrets only that they are there.
create or replace function told(of_row jsonb, secret text[], quiet text[]) returns jsonb language sql immutable as $$
  select coalesce(jsonb_object_agg(key, case when key = any(secret) then '"•••"'::jsonb else value end), '{}')
    from jsonb_each(of_row) where key <> all(quiet || '{tenant_id,id,search,folded,created_at,updated_at,created_by}')
     and value not in ('null', '""', '[]', '{}')
$$;

create or replace function add_to_audit_log(of_tenant bigint, what text, about bigint, named text, was jsonb, becomes jsonb, of_rows integer)
  returns void language sql as $$
  insert into audit_log (tenant_id, actor, user_id, actor_name, action, subject_id, subject_name, before, after, rows, route, reason,
                         address, agent, request_id)
  select of_tenant, coalesce(a->>'kind', 'platform'), (a->>'user_id')::bigint, coalesce(a->>'name', ''), what, about, left(named, 200),
         was, becomes, of_rows, coalesce(a->>'doing', ''), coalesce(a->>'reason', ''), coalesce(a->>'address', ''),
         left(coalesce(a->>'agent', ''), 300), coalesce(a->>'request_id', '')
    from (select nullif(current_setting('app.actor', true), '')::jsonb as a) acting
$$;

-- Arguments: the column that names the row, columns that are secret, columns that are not worth a word.
create or replace function audit_row() returns trigger language plpgsql as $$
declare
  was jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) end;
  becomes jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) end;
  either jsonb := coalesce(becomes, was);
  secret text[] := tg_argv[1]::text[];
  quiet text[] := tg_argv[2]::text[];
  written integer := coalesce(nullif(current_setting('app.audited', true), ''), '0')::integer;
  owner text;
  before jsonb;
  after jsonb;
begin
  if tg_op = 'UPDATE' then
    -- Each half without what is the same in the other; secrets are compared before they are masked.
    select jsonb_object_agg(w.key, case when w.key = any(secret) then '"•••"'::jsonb else w.value end),
           jsonb_object_agg(w.key, case when w.key = any(secret) then '"•••"'::jsonb else b.value end)
      into before, after
      from jsonb_each(was) w join jsonb_each(becomes) b on b.key = w.key and b.value <> w.value
     where w.key <> all(quiet || '{search,folded,updated_at}');
    if before is null then return null; end if;
  else
    before := case when was is not null then told(was, secret, quiet) end;
    after := case when becomes is not null then told(becomes, secret, quiet) end;
  end if;
  perform set_config('app.audited', (written + 1)::text, true);
  -- Whoever deletes 50,000 contacts is told once with the number: see note_deed.
  if written < 100 then
    -- What has no name of its own is found under that of what it belongs to.
    owner := case
      when tg_table_name in ('memberships', 'member_roles', 'team_members', 'availability')
        then (select name from users where id = (either->>'user_id')::bigint)
      when tg_table_name in ('contact_labels', 'contact_identities', 'consent_events')
        then (select name from contacts where id = (either->>'contact_id')::bigint)
      when tg_table_name = 'campaign_variants' then (select name from campaigns where id = (either->>'campaign_id')::bigint)
      when tg_table_name = 'pacing' then (select display from phone_numbers where id = (either->>'number_id')::bigint)
    end;
    perform add_to_audit_log(coalesce(either->>'tenant_id', either->>'id')::bigint,
      tg_table_name || case tg_op when 'INSERT' then '.create' when 'UPDATE' then '.update' else '.delete' end,
      coalesce(either->>'id', either->>'number_id', either->>'contact_id', either->>'campaign_id', either->>'user_id')::bigint,
      coalesce(owner, either->>tg_argv[0], ''), before, after, 1);
  end if;
  return null;
end $$;

-- At the end of a request's transaction: if it wrote something that no trigger told, the route itself is the entry.
create or replace function note_deed() returns boolean language plpgsql as $$
declare
  written integer := coalesce(nullif(current_setting('app.audited', true), ''), '0')::integer;
  who jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
begin
  if tenant_id() is null or pg_current_xact_id_if_assigned() is null then return false; end if;
  if written = 0 and current_setting('app.refused', true) = 'on' then return false; end if;
  if written = 0 then
    perform add_to_audit_log(tenant_id(), who->>'doing', (who->>'about')::bigint, '', null, null, 1);
  elsif written > 100 then
    perform add_to_audit_log(tenant_id(), who->>'doing', (who->>'about')::bigint, '', null, null, written - 100);
  end if;
  return true;
end $$;
