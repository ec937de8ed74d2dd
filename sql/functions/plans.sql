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

-- The cap that the claim asks for follows the plan, and where there is none, nobody has to ask. A cap that the workspace has chosen
-- itself stays; one that was the plan's (`had`) goes with the plan.
create or replace function follow_the_plan(of_tenant bigint, had real) returns void language plpgsql as $$
declare
  most real;
begin
  select per_second into most from plan_limits(of_tenant);
  if most is null then
    delete from sending_caps where tenant_id = of_tenant and per_second = had;
  else
    insert into sending_caps (tenant_id, per_second, burst) values (of_tenant, most, greatest(1, most))
    on conflict (tenant_id) do update
       set per_second = case when sending_caps.per_second = had then excluded.per_second
                             else least(sending_caps.per_second, excluded.per_second) end,
           burst = case when sending_caps.per_second = had then excluded.burst else least(sending_caps.burst, excluded.burst) end;
  end if;
end $$;

-- Through the platform's door. Nobody is thrown out by the free plan, and what comes in to a closed workspace is kept.
create or replace function end_trials() returns integer language plpgsql as $$
declare
  over record;
  ended integer := 0;
begin
  for over in select t.id, t.name, t.plan, t.trial_ends_at, t.trial_leads_to, l.per_second as had
                from tenants t cross join plan_limits(t.id) l where t.trial_ends_at <= now() for update of t skip locked loop
    if over.trial_leads_to = 'free' then
      update tenants set plan = 'free', members_limit = null, numbers_limit = null, rate_limit = null where id = over.id;
      perform follow_the_plan(over.id, over.had);
    else
      update tenants set suspended_at = now(), suspended_reason = 'The trial period is over.' where id = over.id and suspended_at is null;
    end if;
    update tenants set trial_ends_at = null, trial_told = 0 where id = over.id;
    perform add_to_audit_log(over.id, 'tenants.update', over.id, over.name,
      jsonb_build_object('plan', over.plan, 'trial_ends_at', over.trial_ends_at),
      case over.trial_leads_to when 'free' then jsonb_build_object('plan', 'free')
        else jsonb_build_object('plan', over.plan, 'suspended_reason', 'The trial period is over.') end, 1);
    ended := ended + 1;
  end loop;
  return ended;
end $$;
