-- name: numbers
-- One by its id, or without one the connected ones: a workspace has a handful, so they need no pages.
select n.id, n.waba, w.waba_id, w.portfolio_row as portfolio_id, n.phone_number_id, n.display, n.verified_name, n.quality, n.throughput,
       n.tier, n.status, n.name_status, n.can_send, n.obstacle, n.coexists, n.last_inbound_at, n.checked_at, n.disconnected_at,
       n.created_at, p.level, p.by_hand, p.ceiling, p.per_second, p.burst, unslowed(p.slowed_to, p.slowed_at) as speed,
       case when p.paused_until > now() then p.paused_until end as paused_until,
       case when p.rate_errors_on = current_date then p.rate_errors else 0 end as rate_errors,
       case when b.opened_at is null then 'closed' when b.opened_at + %(rest)s > clock_timestamp() then 'open' else 'trying' end as breaker
  from phone_numbers n join wabas w on w.id = n.waba join pacing p on p.number_id = n.id left join breakers b on b.number_id = n.id
 where case when %(id)s::bigint is null then n.disconnected_at is null else n.id = %(id)s end
 order by n.id;

-- name: save_account
-- It is unique among those that hold it, and another workspace's row is not to be seen. The portfolio in which people's user ids
-- hold is for ever: those of an account that is known were written under the old one.
with known as (
  update wabas set access_token = %(access_token)s, app_secret = %(app_secret)s, released_at = null
   where waba_id = %(waba_id)s returning id
), made as (
  insert into wabas (waba_id, access_token, app_secret, portfolio)
  select %(waba_id)s, %(access_token)s, %(app_secret)s, %(portfolio)s where not exists (select from known)
  returning id
)
select id from known union all select id from made;

-- name: was_released
-- By any workspace. Through the platform's door.
select exists (select from wabas where waba_id = %(waba_id)s and released_at is not null);

-- name: save_number
with known as (
  update phone_numbers
     set waba = %(waba)s, display = %(display)s, verified_name = %(verified_name)s, quality = %(quality)s,
         throughput = %(throughput)s, tier = %(tier)s, status = %(status)s, name_status = %(name_status)s, can_send = %(can_send)s,
         obstacle = %(obstacle)s, coexists = %(coexists)s, checked_at = now(), disconnected_at = null
   where phone_number_id = %(phone_number_id)s returning id
), made as (
  insert into phone_numbers (waba, phone_number_id, display, verified_name, quality, throughput, tier, status, name_status, can_send,
                             obstacle, coexists, checked_at)
  select %(waba)s, %(phone_number_id)s, %(display)s, %(verified_name)s, %(quality)s, %(throughput)s, %(tier)s, %(status)s,
         %(name_status)s, %(can_send)s, %(obstacle)s, %(coexists)s, now()
   where not exists (select from known)
  returning id
)
select id from known union all select id from made;

-- name: start_pacing
insert into pacing (number_id) values (%(number_id)s) on conflict (tenant_id, number_id) do nothing;

-- name: follow_level
-- Somebody's own choice stays; and a rate that belongs to the level already is not set back.
update pacing
   set level = %(level)s, ceiling = %(ceiling)s, per_second = %(per_second)s, burst = %(burst)s, tokens = least(tokens, %(burst)s)
 where number_id = %(number_id)s and not by_hand and (level, ceiling) is distinct from (%(level)s, %(ceiling)s::real);

-- name: choose_level
update pacing
   set level = %(level)s, by_hand = %(by_hand)s, ceiling = %(ceiling)s, per_second = %(per_second)s, burst = %(burst)s,
       tokens = least(tokens, %(burst)s)
 where number_id = %(number_id)s;

-- name: join_portfolio
select join_portfolio(%(waba)s, %(meta_id)s, %(name)s);

-- name: disconnect
update phone_numbers set disconnected_at = now() where id = %(id)s and disconnected_at is null;

-- name: release
-- With its last number an account is free for another workspace.
update wabas w set released_at = now()
 where id = %(waba)s and not exists (select from phone_numbers n where n.waba = w.id and n.disconnected_at is null);

-- name: is_held
-- By any workspace.
select exists (select from wabas where waba_id = %(waba_id)s and released_at is null);

-- name: forget_keys
-- Whoever had the account before: its keys are of no more use there. Through the platform's door.
update wabas set access_token = '', app_secret = '', former_secret = null
 where waba_id = %(waba_id)s and released_at is not null;

-- name: rotate
-- The secret before is believed until what it signed has arrived; where the secret stays, so does what is believed beside it.
update wabas
   set access_token = %(access_token)s, app_secret = %(app_secret)s,
       former_secret = case when %(stays)s then former_secret when %(keeps)s::interval is not null then app_secret end,
       former_until = case when %(stays)s then former_until else now() + %(keeps)s::interval end
 where id = %(waba)s;

-- name: disconnected
select n.id, n.display, n.verified_name, n.disconnected_at from phone_numbers n
 where n.disconnected_at is not null order by n.disconnected_at desc limit 50;

-- name: note_health
-- A limit that WhatsApp did not mention is the one it mentioned last.
update phone_numbers
   set display = %(display)s, verified_name = %(verified_name)s, quality = %(quality)s, throughput = %(throughput)s,
       tier = coalesce(nullif(%(tier)s, ''), tier), status = %(status)s, name_status = %(name_status)s, can_send = %(can_send)s,
       obstacle = %(obstacle)s, coexists = %(coexists)s, checked_at = now()
 where id = %(id)s;

-- name: note_inbound
-- To the minute: a busy number must not rewrite its row with every message.
update phone_numbers set last_inbound_at = now()
 where phone_number_id = any(%(phone_number_ids)s) and coalesce(last_inbound_at, '-infinity') < now() - interval '1 minute';

-- name: note_status
update phone_numbers set status = %(status)s, checked_at = now() where id = %(id)s;

-- name: note_tier
-- The messaging limit belongs to the business portfolio, so all numbers of its accounts have the same.
with shared as (
  select portfolio_row as id from wabas where waba_id = %(waba_id)s
), noted as (
  update portfolios p set tier = %(tier)s from shared where p.id = shared.id and p.tier <> %(tier)s
)
update phone_numbers n set tier = %(tier)s
  from wabas w join shared on shared.id = w.portfolio_row
 where w.id = n.waba and n.tier <> %(tier)s;

-- name: connected_of_account
select n.id from phone_numbers n join wabas w on w.id = n.waba
 where w.waba_id = %(waba_id)s and n.disconnected_at is null;

-- name: connected_everywhere
-- Of every workspace, for the hourly check.
select tenant_id, id from phone_numbers where disconnected_at is null;

-- name: credentials_of_number
select w.tenant_id, w.waba_id, w.access_token, w.app_secret, n.phone_number_id
  from phone_numbers n join wabas w on w.id = n.waba
 where n.id = %(id)s and w.access_token <> '';

-- name: credentials_of_account
select tenant_id, waba_id, access_token, app_secret from wabas where id = %(waba)s and access_token <> '';

-- name: all_credentials
select tenant_id, waba_id, access_token, app_secret, case when former_until > now() then former_secret end as former_secret
  from wabas where access_token <> '';

-- name: reseal
-- Only what was read: somebody may have given new ones meanwhile.
update wabas set access_token = %(access_token)s, app_secret = %(app_secret)s, former_secret = %(former_secret)s
 where waba_id = %(waba_id)s and tenant_id = %(tenant_id)s and access_token = %(token_read)s and app_secret = %(secret_read)s;

-- name: owners
-- Disconnected numbers too: what still comes for them belongs to the workspace that had them last. Whoever holds one comes last,
-- and the last one counts.
select id, tenant_id
  from (select phone_number_id as id, tenant_id, disconnected_at as left_at from phone_numbers
         where phone_number_id = any(%(phone_number_ids)s)
        union all
        select waba_id, tenant_id, released_at from wabas where waba_id = any(%(waba_ids)s)) known
 order by left_at nulls last;

-- name: holders
select phone_number_id as id, tenant_id from phone_numbers
 where phone_number_id = any(%(phone_number_ids)s) and disconnected_at is null
union all
select waba_id, tenant_id from wabas where waba_id = any(%(waba_ids)s) and released_at is null;

-- name: sealed_by_accounts
select tenant_id, waba_id, access_token, app_secret, case when former_until > now() then former_secret end as former_secret
  from wabas where waba_id = any(%(waba_ids)s) and access_token <> '';

-- name: people_limit
-- What would hold with this choice.
select coalesce(%(people)s::int, tier_people(tier)) from portfolios where id = %(id)s;

-- name: find_cap
select per_second, burst from sending_caps;

-- name: change_cap
insert into sending_caps (per_second, burst, tokens) values (%(per_second)s, %(burst)s, %(burst)s)
on conflict (tenant_id) do update
  set per_second = excluded.per_second, burst = excluded.burst, tokens = least(sending_caps.tokens, excluded.burst);

-- name: remove_cap
delete from sending_caps;
