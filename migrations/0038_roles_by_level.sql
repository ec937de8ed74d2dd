-- A workspace's own roles are changed from above only. The body is in sql/functions/roles.sql.
create function only_roles_below_oneself() returns trigger language plpgsql as $$ begin return new; end $$;
create trigger only_roles_below_oneself before insert or update or delete on roles
  for each row execute function only_roles_below_oneself();
