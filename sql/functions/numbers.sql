-- Accounts and the business portfolios that they share.

-- Meta has named the portfolio of an account. People it has begun to write to come along, and whoever both knew counts from the
-- later time. Totals are counted anew from the people, so the two cannot disagree; claims wait at the locked rows meanwhile.
create or replace function join_portfolio(of_waba bigint, business text, title text) returns bigint language plpgsql as $$
declare
  own portfolios;
  target bigint;
begin
  select p.* into own from wabas w join portfolios p on p.id = w.portfolio_row where w.id = of_waba for no key update of w;
  if own.meta_id = business and own.name = title then
    return own.id;
  end if;
  select id into target from portfolios where meta_id = business;
  if target = own.id or (target is null and own.meta_id = '') then
    update portfolios set meta_id = business, name = title where id = own.id;
    return own.id;
  end if;
  insert into portfolios (meta_id, name, tier) values (business, title, own.tier)
    on conflict (tenant_id, meta_id) where meta_id <> '' do update set name = excluded.name returning id into target;

  perform 1 from portfolios where id in (own.id, target) order by id for no key update;
  insert into portfolio_people as p (portfolio, contact_id, minute, turn_at)
  select target, o.contact_id, o.minute, o.turn_at from portfolio_people o where o.portfolio = own.id
  on conflict (tenant_id, portfolio, contact_id) do update
    set minute = greatest(p.minute, excluded.minute), turn_at = greatest(p.turn_at, excluded.turn_at);
  delete from portfolio_minutes where portfolio = target;
  insert into portfolio_minutes (portfolio, minute, people)
  select target, minute, count(*) from portfolio_people where portfolio = target and minute > counting_since() group by minute;
  -- Of what two people had chosen, the more careful stays.
  update portfolios set people_by_hand = least(people_by_hand, own.people_by_hand), reserve = greatest(reserve, own.reserve),
         tier = coalesce(nullif(tier, ''), own.tier)
   where id = target;
  update wabas set portfolio_row = target where id = of_waba;
  delete from portfolios where id = own.id and not exists (select from wabas where portfolio_row = own.id);
  return target;
end $$;
