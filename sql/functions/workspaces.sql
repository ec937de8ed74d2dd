-- What a workspace says of itself, for statements that must ask: is it open, and what of it goes into its archive.

-- The twin of app/tenants/hours.py, on the wall clock of the workspace.
create or replace function is_open(at timestamptz) returns boolean language sql stable as $$
  with clock as (
    select (at at time zone t.time_zone) as wall from tenants t where t.id = tenant_id()
  ), days as (
    -- Yesterday's last range may go on after midnight.
    select d::date as day, extract(epoch from wall - d)::integer / 60 as minute
      from clock, lateral (values (date_trunc('day', wall)), (date_trunc('day', wall) - interval '1 day')) v (d)
  ), working as (
    select * from days where not exists (
      select from holidays h where h.day = days.day
         or (h.yearly and h.day <= days.day and to_char(h.day, 'MMDD') = to_char(days.day, 'MMDD')))
  )
  select case when exists (select from business_hours)
    then exists (select from working w join business_hours b on b.weekday = extract(isodow from w.day)
                  where w.minute >= b.opens and w.minute < b.closes)
    else exists (select from working where minute < 1440) end
$$;
