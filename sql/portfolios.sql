-- name: of_number
select p.id, p.meta_id, p.name, p.tier, p.people_by_hand, coalesce(p.people_by_hand, tier_people(p.tier)) as limit, p.reserve,
       coalesce((select sum(m.people) from portfolio_minutes m where m.portfolio = p.id and m.minute > counting_since()), 0)::int as used,
       (select count(*) from wabas o join phone_numbers s on s.waba = o.id where o.portfolio_row = p.id and s.disconnected_at is null)::int as numbers
  from phone_numbers n join wabas w on w.id = n.waba join portfolios p on p.id = w.portfolio_row
 where n.id = %(number_id)s;

-- name: listed
select p.id, p.meta_id, p.name, p.tier, p.people_by_hand, coalesce(p.people_by_hand, tier_people(p.tier)) as limit, p.reserve,
       coalesce((select sum(m.people) from portfolio_minutes m where m.portfolio = p.id and m.minute > counting_since()), 0)::int as used,
       (select count(*) from wabas o join phone_numbers s on s.waba = o.id where o.portfolio_row = p.id and s.disconnected_at is null)::int as numbers
  from portfolios p order by p.id;

-- name: room
select minute + interval '24 hours 1 minute' as at, people from portfolio_minutes
 where portfolio = %(id)s and people > 0 and minute > counting_since() order by minute;

-- name: change
update portfolios set people_by_hand = %(people_by_hand)s, reserve = %(reserve)s where id = %(id)s;

-- name: forget_minutes
delete from portfolio_minutes where minute <= counting_since() - interval '1 hour';

-- name: forget_people
-- A full burst takes 270 seconds to come back.
delete from portfolio_people where ctid = any(array(
  select p.ctid from portfolio_people p
   where (p.minute is null or p.minute <= counting_since() - interval '1 hour') and p.turn_at < now() - interval '10 minutes' limit 50000));

-- name: tenants
select distinct tenant_id from portfolios;
