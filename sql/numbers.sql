-- name: find
select n.id, n.waba, w.waba_id, n.phone_number_id, n.display, n.verified_name, n.quality, n.throughput, n.tier, n.status,
       n.last_inbound_at, n.checked_at, n.disconnected_at, n.created_at, p.per_second, p.burst
  from phone_numbers n join wabas w on w.id = n.waba join pacing p on p.number_id = n.id
 where n.id = %(id)s;

-- name: connected
-- A workspace has a handful of numbers, so they need no pages.
select n.id, n.waba, w.waba_id, n.phone_number_id, n.display, n.verified_name, n.quality, n.throughput, n.tier, n.status,
       n.last_inbound_at, n.checked_at, n.disconnected_at, n.created_at, p.per_second, p.burst
  from phone_numbers n join wabas w on w.id = n.waba join pacing p on p.number_id = n.id
 where n.disconnected_at is null
 order by n.id;

-- name: save_account
-- No row comes back when another workspace has the account: its row is there, and not to be seen.
with known as (
  update wabas set access_token = %(access_token)s, app_secret = %(app_secret)s where waba_id = %(waba_id)s returning id
), portfolio as (
  insert into portfolios (name) select %(waba_id)s where not exists (select from known) returning id
), made as (
  insert into wabas (waba_id, access_token, app_secret, portfolio_row)
  select %(waba_id)s, %(access_token)s, %(app_secret)s, id from portfolio
  on conflict (waba_id) do nothing returning id
)
select id from known union all select id from made;

-- name: save_number
with known as (
  update phone_numbers
     set waba = %(waba)s, display = %(display)s, verified_name = %(verified_name)s, quality = %(quality)s,
         throughput = %(throughput)s, tier = %(tier)s, status = %(status)s, checked_at = now(), disconnected_at = null
   where phone_number_id = %(phone_number_id)s returning id
), made as (
  insert into phone_numbers (waba, phone_number_id, display, verified_name, quality, throughput, tier, status, checked_at)
  select %(waba)s, %(phone_number_id)s, %(display)s, %(verified_name)s, %(quality)s, %(throughput)s, %(tier)s, %(status)s, now()
   where not exists (select from known)
  on conflict (phone_number_id) do nothing returning id
)
select id from known union all select id from made;

-- name: start_pacing
insert into pacing (number_id, per_second, burst, tokens) values (%(number_id)s, %(per_second)s, %(burst)s, %(burst)s)
on conflict (tenant_id, number_id) do nothing;

-- name: set_pace
update pacing set per_second = %(per_second)s, burst = %(burst)s, tokens = least(tokens, %(burst)s)
 where number_id = %(number_id)s;

-- name: speed_up
-- Somebody's own choice stays.
update pacing set per_second = %(per_second)s, burst = %(burst)s
 where number_id = %(number_id)s and per_second = %(usual)s;

-- name: disconnect
update phone_numbers set disconnected_at = now() where id = %(id)s and disconnected_at is null;

-- name: account_in_use
select exists (select from phone_numbers where waba = %(waba)s and disconnected_at is null);

-- name: note_health
update phone_numbers
   set display = %(display)s, verified_name = %(verified_name)s, quality = %(quality)s, throughput = %(throughput)s,
       tier = %(tier)s, status = %(status)s, checked_at = now()
 where id = %(id)s;

-- name: note_inbound
-- To the minute: a busy number must not rewrite its row with every message.
update phone_numbers set last_inbound_at = now()
 where phone_number_id = any(%(phone_number_ids)s) and coalesce(last_inbound_at, '-infinity') < now() - interval '1 minute';

-- name: note_status
update phone_numbers set status = %(status)s, checked_at = now() where id = %(id)s;

-- name: note_tier
-- The messaging limit belongs to the business portfolio, so all numbers of an account have the same.
update phone_numbers set tier = %(tier)s
 where waba = (select id from wabas where waba_id = %(waba_id)s) and tier <> %(tier)s;

-- name: connected_of_account
select n.id from phone_numbers n join wabas w on w.id = n.waba
 where w.waba_id = %(waba_id)s and n.disconnected_at is null;

-- name: connected_everywhere
-- Of every workspace, for the hourly check.
select tenant_id, id from phone_numbers where disconnected_at is null;

-- name: credentials_of_number
select w.tenant_id, w.waba_id, w.access_token, w.app_secret, n.phone_number_id
  from phone_numbers n join wabas w on w.id = n.waba
 where n.id = %(id)s;

-- name: credentials_of_account
select tenant_id, waba_id, access_token, app_secret from wabas where id = %(waba)s;

-- name: all_credentials
select tenant_id, waba_id, access_token, app_secret from wabas;

-- name: reseal
update wabas set access_token = %(access_token)s, app_secret = %(app_secret)s where waba_id = %(waba_id)s;

-- name: owners
-- Disconnected numbers too: what still comes for them belongs to their workspace.
select phone_number_id as id, tenant_id from phone_numbers where phone_number_id = any(%(phone_number_ids)s)
union all
select waba_id, tenant_id from wabas where waba_id = any(%(waba_ids)s);

-- name: sealed_by_accounts
select tenant_id, waba_id, access_token, app_secret from wabas where waba_id = any(%(waba_ids)s);
