-- Sign-up is one statement: workspace, owner and defaults, or nothing.
create or replace function sign_up(
  workspace text, workspace_slug text, home_country text, home_zone text, spoken text,
  person text, address text, hash text, out tenant bigint, out member bigint
) language plpgsql as $$
begin
  insert into tenants (name, slug, country, time_zone, language)
    values (workspace, workspace_slug, home_country, home_zone, spoken) returning id into tenant;
  insert into users (name, email, password_hash, language) values (person, address, hash, spoken) returning id into member;
  insert into memberships (tenant_id, user_id, owner) values (tenant, member, true);
end $$;

-- Refusals that the logs have not heard of: into those of the workspaces in which the person is active. Of an address that is
-- nobody's, nothing is told. Answers how many entries were made or counted up.
create or replace function tell_refusals() returns bigint language sql as $$
  with untold as (
    select email, hour, step, address, agent, at, tries, tries - told as more from refused_sign_ins where tries > told for update
  ), heard as (
    update refused_sign_ins r set told = n.tries from untold n
     where (r.email, r.hour, r.step, r.address) = (n.email, n.hour, n.step, n.address)
  ), entered as (
    insert into audit_log as a (tenant_id, at, actor, action, subject_id, subject_name, rows, address, agent)
    select m.tenant_id, n.at, 'person', 'account.refuse_' || n.step, u.id, u.name, n.more, n.address, n.agent
      from untold n join users u on u.email = n.email join memberships m on m.user_id = u.id and m.deactivated_at is null
    on conflict (tenant_id, action, subject_id, address, date_trunc('hour', at at time zone 'UTC'))
      where action in ('account.refuse_password', 'account.refuse_code')
      do update set rows = a.rows + excluded.rows
    returning 1
  )
  select count(*) from entered
$$;
