-- Limits of a plan are kept where the rows are made, whoever makes them.

create or replace function plan_limits(of_tenant bigint, out members integer, out numbers integer, out per_second real)
  language sql stable as $$
  select coalesce(t.members_limit, p.members), coalesce(t.numbers_limit, p.numbers), coalesce(t.rate_limit, p.per_second)
    from tenants t join plans p on p.id = t.plan where t.id = of_tenant
$$;

create or replace function plan_has_room() returns trigger language plpgsql as $$
declare
  room integer;
  used integer;
begin
  -- Two at once take turns at the workspace's row, or both would get the last place.
  perform 1 from tenants where id = new.tenant_id for no key update;
  if tg_table_name = 'memberships' then
    select members into room from plan_limits(new.tenant_id);
    select count(*) into used from memberships where tenant_id = new.tenant_id and deactivated_at is null;
  else
    select numbers into room from plan_limits(new.tenant_id);
    select count(*) into used from phone_numbers where tenant_id = new.tenant_id and disconnected_at is null;
  end if;
  if used > room then
    raise exception 'the plan has room for %', room using errcode = 'check_violation', constraint = 'plan_' || tg_table_name, hint = room::text;
  end if;
  return null;
end $$;

create or replace trigger plan_has_room_for_more after insert on memberships for each row execute function plan_has_room();
create or replace trigger plan_has_room_again after update of deactivated_at on memberships
  for each row when (old.deactivated_at is not null and new.deactivated_at is null) execute function plan_has_room();
create or replace trigger plan_has_room_for_more after insert on phone_numbers for each row execute function plan_has_room();
create or replace trigger plan_has_room_again after update of disconnected_at on phone_numbers
  for each row when (old.disconnected_at is not null and new.disconnected_at is null) execute function plan_has_room();

-- A workspace may lower its own cap, and never lift it above its plan's.
create or replace function keep_to_the_plan() returns trigger language plpgsql as $$
declare
  most real;
begin
  select per_second into most from plan_limits(coalesce(new.tenant_id, old.tenant_id));
  if tg_op = 'DELETE' then
    if most is null or not exists (select from tenants where id = old.tenant_id) then return old; end if;
    update sending_caps set per_second = most, burst = greatest(1, most) where tenant_id = old.tenant_id;
    return null;
  end if;
  if most is null then return new; end if;
  new.per_second := least(new.per_second, most);
  new.burst := least(new.burst, greatest(1, most));
  return new;
end $$;
create or replace trigger keep_to_the_plan before insert or update of per_second, burst or delete on sending_caps
  for each row execute function keep_to_the_plan();
