-- Clocks of the people: which zone a number is in, which zones are awake, and when the next one wakes up.

-- Where the prefix leaves several zones it is `home`, the workspace's own, if that is among them, else the one where most people
-- live. `home` as well for an address that is no number. A set, so that a launch can have it inlined: a million rows in 2 s,
-- because the table is searched as one array.
create or replace function zone_of(address text, home text) returns table (zone text) language sql stable as $$
  select coalesce(case when home = any(p.zones) then home else p.zones[1] end, home)
    from (select 1) one
    left join phone_zones p on p.place = width_bucket(
      case when left(address, 1) = '+' and translate(substr(address, 2, 9), '0123456789', '') = ''
           then rpad(substr(address, 2, 9), 9, '0')::int end,
      (select array_agg(first order by place) from phone_zones))
$$;

-- Whether a clock stands between the two; from 21:00 to 9:00 spans midnight.
create or replace function is_quiet(clock time, quiet_from time, quiet_to time) returns boolean language sql immutable parallel safe as $$
  select case when quiet_from <= quiet_to then clock >= quiet_from and clock < quiet_to
              else clock >= quiet_from or clock < quiet_to end
$$;

-- '' is the workspace's own zone.
create or replace function zone_or_home(zone text) returns text language sql stable as $$
  select coalesce(nullif(zone, ''), (select time_zone from tenants where id = (select tenant_id())), 'UTC')
$$;

-- Zones in which messages may go out at that moment.
create or replace function open_zones(zones text[], quiet_from time, quiet_to time, at timestamptz default now()) returns text[]
  language sql stable as $$
  select coalesce(array_agg(z.zone), '{}') from unnest(zones) z (zone)
   where not is_quiet((at at time zone zone_or_home(z.zone))::time, quiet_from, quiet_to)
$$;

-- When the first of these zones, which all sleep, wakes up. Of an hour that clocks skip, it is the one after.
create or replace function next_opening(zones text[], quiet_to time, at timestamptz default now()) returns timestamptz
  language sql stable as $$
  select min((l.clock::date + (l.clock::time >= quiet_to)::int + quiet_to) at time zone l.zone)
    from unnest(zones) z (zone), lateral (
      select zone_or_home(z.zone) as zone, at at time zone zone_or_home(z.zone) as clock) l
$$;
