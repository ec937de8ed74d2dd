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
