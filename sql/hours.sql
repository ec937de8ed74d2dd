-- name: time_zone
select time_zone from tenants where id = tenant_id();

-- name: ranges
select weekday, opens, closes from business_hours order by weekday, opens;

-- name: forget
delete from business_hours;

-- name: keep
insert into business_hours (weekday, opens, closes)
select * from unnest(%(weekdays)s::smallint[], %(opens)s::smallint[], %(closes)s::smallint[]);

-- name: holidays
select id, name, day, yearly from holidays h, lateral (
  select (now() at time zone t.time_zone)::date as today from tenants t where t.id = tenant_id()) clock
 where yearly or day >= today
 -- A yearly one stands where it comes next.
 order by case when yearly and day < today then
            day + make_interval(years => extract(year from age(today - 1, day))::integer + 1) else day end, id;

-- name: holiday
select id, name, day, yearly from holidays where id = %(id)s;

-- name: add_holiday
insert into holidays (name, day, yearly) values (%(name)s, %(day)s, %(yearly)s);

-- name: remove_holiday
delete from holidays where id = %(id)s;
