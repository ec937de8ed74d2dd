-- One grant: breaker, the number's tokens, the workspace's cap, the portfolio's people and each person's turn are asked in one
-- transaction, rows are chosen, and only what was really claimed is taken from each. All processes share these rows.

-- What a bucket holds now. The clock of the database counts, so processes whose clocks differ share one bucket; and not now():
-- a transaction that waited for the row must see the time at which it got it.
create or replace function refilled(tokens real, per_second real, burst real, refilled_at timestamptz) returns double precision
  language sql volatile as $$
  select least(burst, tokens + per_second * greatest(0, extract(epoch from clock_timestamp() - refilled_at)))::double precision
$$;

-- After "too fast" the rate is halved, and comes back by a hundredth a second.
create or replace function unslowed(slowed_to real, slowed_at timestamptz) returns real
  language sql volatile as $$
  select least(1, slowed_to + 0.01 * greatest(0, least(100, extract(epoch from clock_timestamp() - slowed_at))))::real
$$;

-- People that a portfolio may begin to write to in 24 hours (Meta's page on messaging limits); null is no limit.
create or replace function tier_people(tier text) returns integer language sql immutable parallel safe as $$
  select case tier when 'TIER_50' then 50 when 'TIER_250' then 250 when 'TIER_1K' then 1000 when 'TIER_2K' then 2000
    when 'TIER_10K' then 10000 when 'TIER_100K' then 100000 end
$$;

-- Minutes whose people still count. A person of 10:00:59 is kept until 10:01 of the next day: up to a minute too long, never too short.
create or replace function counting_since() returns timestamptz language sql stable parallel safe
  return now() - interval '24 hours 1 minute';

-- What is left of the day for campaigns; null is no limit.
create or replace function people_left(of_portfolio bigint) returns integer language sql stable as $$
  -- Not greatest() alone: it ignores null, and no limit would be nobody left.
  select case when coalesce(p.people_by_hand, tier_people(p.tier)) is not null
         then greatest(0, coalesce(p.people_by_hand, tier_people(p.tier)) - p.reserve - coalesce((
           select sum(m.people) from portfolio_minutes m where m.portfolio = p.id and m.minute > counting_since()), 0))::integer end
    from portfolios p where p.id = of_portfolio
$$;

-- How many messages of campaigns the number may send now, at most `wanted`. Its rows stay locked until the transaction ends.
create or replace function grant_messages(sending_number bigint, wanted integer) returns integer language plpgsql as $$
declare
  granted integer := wanted;
  breaker breakers;
  bucket pacing;
  cap sending_caps;
begin
  if not may_send() then return 0; end if;
  select * into breaker from breakers where number_id = sending_number and opened_at is not null for update;
  if found then
    -- Thirty seconds of rest, then three probes: app/numbers/breaker.py.
    if breaker.opened_at + interval '30 seconds' > clock_timestamp() then return 0; end if;
    -- Probes whose process died bring no answer: after another rest they are forgotten.
    if breaker.probes >= 3 and breaker.probed_at + interval '30 seconds' <= clock_timestamp() then
      update breakers set probes = 0, passed = 0 where number_id = sending_number;
      breaker.probes := 0;
    end if;
    granted := least(granted, 3 - breaker.probes);
  end if;
  select * into bucket from pacing where number_id = sending_number for update;
  if not found or bucket.paused_until > clock_timestamp() then return 0; end if;
  granted := least(granted, floor(refilled(bucket.tokens, bucket.per_second * unslowed(bucket.slowed_to, bucket.slowed_at),
    bucket.burst, bucket.refilled_at)));
  select * into cap from sending_caps for update;
  if found then
    granted := least(granted, floor(refilled(cap.tokens, cap.per_second, cap.burst, cap.refilled_at)));
  end if;
  return greatest(granted, 0);
end $$;

create or replace function spend_messages(sending_number bigint, spent integer) returns void language plpgsql as $$
begin
  update breakers set probes = probes + spent, probed_at = clock_timestamp() where number_id = sending_number and opened_at is not null and spent > 0;
  update pacing set refilled_at = greatest(refilled_at, clock_timestamp()),
         tokens = refilled(tokens, per_second * unslowed(slowed_to, slowed_at), burst, refilled_at) - spent
   where number_id = sending_number;
  update sending_caps set refilled_at = greatest(refilled_at, clock_timestamp()),
         tokens = refilled(tokens, per_second, burst, refilled_at) - spent;
end $$;

-- These people get a message now: each one's turn is used, and who counts as begun counts from this minute. Numbers of one
-- portfolio take turns at its row, or two of them would give the last person of the day away twice.
create or replace function spend_people(of_portfolio bigint, people bigint[], counts boolean[]) returns void language plpgsql as $$
declare
  this_minute timestamptz := date_trunc('minute', now());
begin
  if true = any(counts) then
    perform 1 from portfolios where id = of_portfolio for no key update;
    with before as (
      select s.contact_id, p.minute from (select distinct contact_id from unnest(people, counts) s (contact_id, counted) where counted) s
        left join lateral (select p.minute from portfolio_people p
                            where p.portfolio = of_portfolio and p.contact_id = s.contact_id limit 1) p on true
    ), moved as (
      select minute, -count(*) as n from before where minute > counting_since() and minute <> this_minute group by 1
      union all
      select this_minute, count(*) from before where minute is distinct from this_minute having count(*) > 0
    )
    insert into portfolio_minutes as m (portfolio, minute, people)
    select of_portfolio, minute, greatest(n, 0) from moved
    on conflict (tenant_id, portfolio, minute) do update
      set people = greatest(0, m.people + (select n from moved where moved.minute = m.minute));
  end if;
  insert into portfolio_people as p (portfolio, contact_id, minute, turn_at)
  select of_portfolio, contact_id, case when bool_or(counted) then this_minute end, now() + count(*) * interval '6 seconds'
    from unnest(people, counts) s (contact_id, counted) group by contact_id order by contact_id
  on conflict (tenant_id, portfolio, contact_id) do update
    set minute = coalesce(excluded.minute, p.minute),
        turn_at = greatest(p.turn_at, now()) + (excluded.turn_at - now());
end $$;

-- For a message of the chat: seconds to wait for this person's turn (1 in 6 s, 45 at once; Meta's page on throughput), or 0, and
-- then the turn is taken. A template outside the window begins to write to somebody, and counts; chats ignore the reserve.
create or replace function take_turn(sending_number bigint, person bigint, begins boolean) returns double precision
  language plpgsql as $$
declare
  of_portfolio bigint;
  ready_at timestamptz;
begin
  select p.id, begins and (p.tier <> 'TIER_UNLIMITED' or p.people_by_hand is not null) into of_portfolio, begins
    from phone_numbers n join wabas w on w.id = n.waba join portfolios p on p.id = w.portfolio_row where n.id = sending_number;
  select turn_at - interval '264 seconds' into ready_at from portfolio_people
   where portfolio = of_portfolio and contact_id = person;
  if ready_at > now() then
    return extract(epoch from ready_at - now());
  end if;
  perform spend_people(of_portfolio, array[person], array[begins and not exists (
    select from conversations v where v.contact_id = person and v.number_id = sending_number
       and v.last_inbound_at > now() - interval '24 hours')]);
  return 0;
end $$;

-- The next rows of all running campaigns of a number, each that has some its share, retries first; locked.
create or replace function choose_recipients(sending_number bigint, wanted integer) returns bigint[] language plpgsql as $$
#variable_conflict use_column
declare
  chosen bigint[];
begin
  with sending as materialized (
    select c.id, coalesce(c.only_to, 9223372036854775807) as only_to, c.quiet_from is null as always,
           case when c.quiet_from is not null then open_zones(c.zones, c.quiet_from, c.quiet_to) end as open
      from campaigns c where c.number_id = sending_number and c.status = 'sending'
  ), busy as materialized (
    -- Whoever sleeps or waits for a decision takes nothing away from the others.
    select * from sending where exists (
        select from campaign_recipients r where r.campaign_id = sending.id and r.status = 'pending' and r.id <= sending.only_to
           and (sending.always or r.zone = any(sending.open)))
      or exists (select from campaign_recipients r where r.campaign_id = sending.id and r.status = 'retry' and r.next_attempt_at <= now())
  ), running as materialized (
    select *, ceil(wanted::numeric / count(*) over ())::integer as share from busy
  ), due as materialized (
    select d.id from running, lateral (
      select r.id from campaign_recipients r
       where r.campaign_id = running.id and r.status = 'retry' and r.next_attempt_at <= now() and r.id <= running.only_to
         and (running.always or r.zone = any(running.open))
       order by r.next_attempt_at limit running.share for update skip locked) d
  ), fresh as materialized (
    select f.id from running, lateral (
      select r.id from campaign_recipients r
       where running.always and r.campaign_id = running.id and r.status = 'pending' and r.id <= running.only_to
       order by r.id limit running.share for update skip locked) f
  ), awake as materialized (
    select f.id from running, unnest(running.open) z (zone), lateral (
      select r.id from campaign_recipients r
       where r.campaign_id = running.id and r.status = 'pending' and r.zone <> '' and r.zone = z.zone and r.id <= running.only_to
       order by r.id limit running.share for update skip locked) f
  )
  select array_agg(k.id) into chosen from (
    select * from (select due.id from due union all select fresh.id from fresh union all select awake.id from awake) kinds
     limit wanted) k;
  return chosen;
end $$;

-- What becomes of each: consent is asked again, so whoever opted out since the launch, or was deleted, is skipped; whoever's turn
-- has not come waits for it; whoever would be one too many today stays as they are. `counts`: begun today, or counting already.
-- Lateral with a limit, because a plan made while a table was empty would else read all of it for each person.
create or replace function judge_recipients(sending_number bigint, of_portfolio bigint, counting boolean, chosen bigint[])
  returns table (id bigint, contact_id bigint, fate text, skip_reason text, ready_at timestamptz, counts boolean)
  language plpgsql as $$
#variable_conflict use_column
declare
  people_today integer := case when counting then people_left(of_portfolio) end;
begin
  return query
  with asked as materialized (
    select r.id, r.contact_id, p.turn_at - interval '264 seconds' as ready_at,
           case when k.id is null then 'no_address'
                when k.opted_out_at is not null and (c.marketing or k.opted_out_scope = 'all') then 'opted_out' else '' end as skip_reason,
           counting and coalesce(p.minute > counting_since(), false) as known,
           counting and not exists (select from conversations v where v.contact_id = r.contact_id and v.number_id = sending_number
                                       and v.last_inbound_at > now() - interval '24 hours') as outside
      from campaign_recipients r
      join (select c.id, bool_or(t.category = 'MARKETING') as marketing
              from campaigns c join message_templates t on t.id = c.template_id
                or t.id in (select a.template_id from campaign_variants a where a.campaign_id = c.id)
             where c.number_id = sending_number and c.status = 'sending' group by 1) c on c.id = r.campaign_id
      left join lateral (select k.id, k.opted_out_at, k.opted_out_scope from contacts k where k.id = r.contact_id limit 1) k on true
      left join lateral (select p.turn_at, p.minute from portfolio_people p
                          where p.portfolio = of_portfolio and p.contact_id = r.contact_id limit 1) p on true
     where r.id = any(chosen)
  ), fates as materialized (
    select *, case when skip_reason <> '' then 'skipped' when ready_at > now() then 'retry' else 'sending' end as fate,
           outside and not known as begins from asked
  )
  select f.id, f.contact_id, case when people_today is not null and f.begins and f.fate = 'sending'
             and row_number() over (partition by f.begins, f.fate order by f.id) > people_today then 'too_many' else f.fate end,
         f.skip_reason, f.ready_at, f.begins or (f.known and f.outside)
    from fates f;
end $$;

-- Claims due rows of all running campaigns of a number under every limit. One lock after the other: breaker, number, workspace,
-- portfolio, rows.
create or replace function claim_recipients(sending_number bigint, wanted integer, lease interval)
  returns table (id bigint, campaign_id bigint, address text, parameters jsonb, attempt integer, variant smallint,
                 tries integer, capped_times integer)
  language plpgsql as $$
#variable_conflict use_column
declare
  granted integer := grant_messages(sending_number, wanted);
  of_portfolio bigint;
  counting boolean;
  chosen bigint[];
begin
  if granted < 1 then return; end if;
  select p.id, p.tier <> 'TIER_UNLIMITED' or p.people_by_hand is not null into of_portfolio, counting
    from phone_numbers n join wabas w on w.id = n.waba join portfolios p on p.id = w.portfolio_row where n.id = sending_number;
  if counting then
    perform 1 from portfolios p where p.id = of_portfolio for no key update;
  end if;
  chosen := choose_recipients(sending_number, granted);
  if chosen is null then return; end if;
  return query
  with judged as materialized (
    select * from judge_recipients(sending_number, of_portfolio, counting, chosen)
  ), claimed as (
    update campaign_recipients r
       set status = j.fate, skip_reason = j.skip_reason,
           attempt = r.attempt + (j.fate = 'sending')::int,
           lease_until = case j.fate when 'sending' then now() + lease end,
           next_attempt_at = case j.fate when 'retry' then j.ready_at end,
           variant = coalesce(r.variant, c.winner)
      from judged j, campaigns c
     -- Said twice: a plan made while there were few rows would else read all of them for the join.
     where r.id = any(chosen) and r.id = j.id and c.id = r.campaign_id and j.fate <> 'too_many'
    returning r.id, r.campaign_id, r.contact_id, r.address, r.parameters, r.attempt, r.variant, r.rounds_before, r.capped_times,
              j.fate, j.counts
  ), spent as materialized (
    select spend_people(of_portfolio, array_agg(c.contact_id), array_agg(c.counts)), spend_messages(sending_number, count(*)::int)
      from claimed c where c.fate = 'sending' having count(*) > 0
  )
  select c.id, c.campaign_id, c.address, c.parameters, c.attempt::integer, c.variant,
         (c.attempt - c.rounds_before)::integer, c.capped_times::integer
    from claimed c, spent where c.fate = 'sending';
end $$;

-- Seconds until a claim of this number can find something, 0 when it can now; null when there is nothing left to claim.
create or replace function number_waits(sending_number bigint) returns double precision language sql volatile as $$
  with running as (
    select c.id, coalesce(c.only_to, 9223372036854775807) as only_to, c.quiet_from, c.quiet_to, c.zones
      from campaigns c where c.number_id = sending_number and c.status = 'sending'
  ), rows_at as (
    select now() as at from running where quiet_from is null and exists (
      select from campaign_recipients r where r.campaign_id = running.id and r.status = 'pending' and r.id <= running.only_to)
    union all
    select case when awake.zones is null then next_opening(asleep.zones, quiet_to) else now() end from running,
      lateral (select array_agg(z) as zones from unnest(zones) z where exists (
        select from campaign_recipients r where r.campaign_id = running.id and r.status = 'pending' and r.zone <> '' and r.zone = z
           and r.id <= running.only_to)) asleep,
      lateral (select array_agg(z) as zones from unnest(asleep.zones) z where z = any(open_zones(running.zones, quiet_from, quiet_to))) awake
     where quiet_from is not null and asleep.zones is not null
    union all
    select greatest(d.next_attempt_at, case when quiet_from is not null and d.zone <> all(open_zones(running.zones, quiet_from, quiet_to))
                                            then next_opening(array[d.zone], quiet_to) end)
      from running, lateral (
        select r.next_attempt_at, r.zone from campaign_recipients r
         where r.campaign_id = running.id and r.status = 'retry' and r.id <= running.only_to order by r.next_attempt_at limit 1) d
  ), limits as (
    select greatest(b.opened_at, case when b.probes >= 3 then b.probed_at end) + interval '30 seconds' as at
      from breakers b where b.number_id = sending_number and b.opened_at is not null
    union all
    select greatest(paused_until, clock_timestamp() + interval '1 second' * (1 - refilled(tokens, per_second * unslowed(slowed_to, slowed_at),
             burst, refilled_at)) / (per_second * unslowed(slowed_to, slowed_at))) from pacing where number_id = sending_number
    union all
    select clock_timestamp() + interval '1 second' * (1 - refilled(tokens, per_second, burst, refilled_at)) / per_second from sending_caps
    union all
    select now() + interval '1 minute' where not may_send()
    union all
    select coalesce((select min(m.minute) + interval '24 hours 1 minute' from portfolio_minutes m
             where m.portfolio = w.portfolio_row and m.people > 0 and m.minute > counting_since()), now() + interval '1 minute')
      from phone_numbers n join wabas w on w.id = n.waba where n.id = sending_number and people_left(w.portfolio_row) = 0
  )
  select greatest(0, extract(epoch from greatest(min(rows_at.at), (select max(at) from limits)) - clock_timestamp()))::double precision
    from rows_at having min(rows_at.at) is not null
$$;
