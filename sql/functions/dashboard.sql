-- Totals: triggers append what changed, a job folds it, get_dashboard_stats adds rollup and unfolded tail.

create or replace function slot_of(at timestamptz) returns timestamptz language sql immutable parallel safe
  return date_bin('15 minutes', at, timestamptz '2000-01-01 00:00:00+00');

-- What one message adds to the quarter-hours in which something happened to it.
create or replace function moments(sent_at timestamptz, delivered_at timestamptz, read_at timestamptz,
  failed_at timestamptz, answered_at timestamptz, received_at timestamptz)
  returns table (slot timestamptz, sent integer, delivered integer, read integer, failed integer, answered integer, received integer)
  language sql immutable parallel safe as $$
  select slot_of(at), s, d, r, f, a, i
    from (values (sent_at, 1, 0, 0, 0, 0, 0), (delivered_at, 0, 1, 0, 0, 0, 0), (read_at, 0, 0, 1, 0, 0, 0),
      (failed_at, 0, 0, 0, 1, 0, 0), (answered_at, 0, 0, 0, 0, 1, 0), (received_at, 0, 0, 0, 0, 0, 1)) moment (at, s, d, r, f, a, i)
   where at is not null
$$;

-- Rows to which nothing has happened yet are left out at once: a launch writes a million of them.
-- A moment that is set, moved or taken back moves its total. An update appends the difference only, and mostly that is nothing.
create or replace function tally_recipients() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    insert into campaign_deltas (tenant_id, campaign_id, status, n)
      select tenant_id, campaign_id, status, count(*) from new_rows group by 1, 2, 3;
    insert into stat_deltas (tenant_id, slot, sent, delivered, read, failed, answered)
      select tenant_id, m.slot, sum(m.sent), sum(m.delivered), sum(m.read), sum(m.failed), sum(m.answered) from new_rows,
        lateral moments(sent_at, delivered_at, read_at, failed_at, answered_at, null) m
       where coalesce(sent_at, delivered_at, read_at, failed_at, answered_at) is not null group by 1, 2;
  elsif tg_op = 'DELETE' then
    insert into campaign_deltas (tenant_id, campaign_id, status, n)
      select tenant_id, campaign_id, status, -count(*) from old_rows group by 1, 2, 3;
    insert into stat_deltas (tenant_id, slot, sent, delivered, read, failed, answered)
      select tenant_id, m.slot, -sum(m.sent), -sum(m.delivered), -sum(m.read), -sum(m.failed), -sum(m.answered) from old_rows,
        lateral moments(sent_at, delivered_at, read_at, failed_at, answered_at, null) m
       where coalesce(sent_at, delivered_at, read_at, failed_at, answered_at) is not null group by 1, 2;
  else
    insert into campaign_deltas (tenant_id, campaign_id, status, n)
      select tenant_id, campaign_id, status, sum(n)
        from (select tenant_id, campaign_id, status, 1 from new_rows
              union all select tenant_id, campaign_id, status, -1 from old_rows) changed (tenant_id, campaign_id, status, n)
       group by 1, 2, 3 having sum(n) <> 0;
    insert into stat_deltas (tenant_id, slot, sent, delivered, read, failed, answered)
      select tenant_id, m.slot, sum(n * m.sent), sum(n * m.delivered), sum(n * m.read), sum(n * m.failed), sum(n * m.answered)
        from (select 1 as n, new_rows.* from new_rows union all select -1, old_rows.* from old_rows) changed,
          lateral moments(sent_at, delivered_at, read_at, failed_at, answered_at, null) m
       where coalesce(sent_at, delivered_at, read_at, failed_at, answered_at) is not null
       group by 1, 2
      having (sum(n * m.sent), sum(n * m.delivered), sum(n * m.read), sum(n * m.failed), sum(n * m.answered)) <> (0, 0, 0, 0, 0);
  end if;
  return null;
end $$;

create or replace function tally_messages() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    insert into stat_deltas (tenant_id, slot, sent, delivered, read, failed, received)
      select tenant_id, m.slot, sum(m.sent), sum(m.delivered), sum(m.read), sum(m.failed), sum(m.received) from new_rows,
        lateral moments(sent_at, delivered_at, read_at, failed_at, null, case direction when 'in' then at end) m group by 1, 2;
  elsif tg_op = 'DELETE' then
    insert into stat_deltas (tenant_id, slot, sent, delivered, read, failed, received)
      select tenant_id, m.slot, -sum(m.sent), -sum(m.delivered), -sum(m.read), -sum(m.failed), -sum(m.received) from old_rows,
        lateral moments(sent_at, delivered_at, read_at, failed_at, null, case direction when 'in' then at end) m group by 1, 2;
  else
    insert into stat_deltas (tenant_id, slot, sent, delivered, read, failed, received)
      select tenant_id, m.slot, sum(n * m.sent), sum(n * m.delivered), sum(n * m.read), sum(n * m.failed), sum(n * m.received)
        from (select 1 as n, new_rows.* from new_rows union all select -1, old_rows.* from old_rows) changed,
          lateral moments(sent_at, delivered_at, read_at, failed_at, null, case direction when 'in' then at end) m
       group by 1, 2
      having (sum(n * m.sent), sum(n * m.delivered), sum(n * m.read), sum(n * m.failed), sum(n * m.received)) <> (0, 0, 0, 0, 0);
  end if;
  return null;
end $$;

create or replace trigger tally_inserted after insert on campaign_recipients
  referencing new table as new_rows for each statement execute function tally_recipients();
create or replace trigger tally_updated after update on campaign_recipients
  referencing old table as old_rows new table as new_rows for each statement execute function tally_recipients();
-- What happened stays counted when a workspace forgets what is old; app/tenants/retention.py says so in a setting.
create or replace trigger tally_deleted after delete on campaign_recipients
  referencing old table as old_rows for each statement
  when (coalesce(current_setting('app.forgets', true), '') = '') execute function tally_recipients();
create or replace trigger tally_inserted after insert on messages
  referencing new table as new_rows for each statement execute function tally_messages();
create or replace trigger tally_updated after update on messages
  referencing old table as old_rows new table as new_rows for each statement execute function tally_messages();
create or replace trigger tally_deleted after delete on messages
  referencing old table as old_rows for each statement
  when (coalesce(current_setting('app.forgets', true), '') = '') execute function tally_messages();

-- Rollup and tail in one snapshot: a delta that is being folded is seen in exactly one of them.
create or replace view stats with (security_invoker = true) as
  select tenant_id, slot, sent, delivered, read, failed, answered, received, ai from stat_slots
  union all
  select tenant_id, slot, sent, delivered, read, failed, answered, received, ai from stat_deltas;

create or replace function get_dashboard_stats(since timestamptz, until timestamptz, zone text)
  returns table (day date, sent bigint, delivered bigint, read bigint, failed bigint, answered bigint, received bigint, ai bigint)
  language sql stable as $$
  select (slot at time zone zone)::date, sum(s.sent), sum(s.delivered), sum(s.read), sum(s.failed),
         sum(s.answered), sum(s.received), sum(s.ai)
    -- The tenant is named, because the policy of these tables has a door for the platform and an "or" uses no index.
    from stats s where s.tenant_id = (select tenant_id()) and slot >= since and slot < until
   group by 1 order by 1
$$;

-- The slow, obvious twin: for tests and repair.
create or replace function recount_dashboard_stats(since timestamptz, until timestamptz, zone text)
  returns table (day date, sent bigint, delivered bigint, read bigint, failed bigint, answered bigint, received bigint, ai bigint)
  language sql stable as $$
  with moments as (
    select sent_at, delivered_at, read_at, failed_at, answered_at, null::timestamptz as received_at from campaign_recipients
    union all
    select sent_at, delivered_at, read_at, failed_at, null, case direction when 'in' then at end from messages),
  happened as (
    select m.at, m.what from moments, lateral (values (sent_at, 'sent'), (delivered_at, 'delivered'), (read_at, 'read'),
      (failed_at, 'failed'), (answered_at, 'answered'), (received_at, 'received')) m (at, what)
     where m.at >= since and m.at < until)
  select (at at time zone zone)::date, count(*) filter (where what = 'sent'), count(*) filter (where what = 'delivered'),
         count(*) filter (where what = 'read'), count(*) filter (where what = 'failed'),
         count(*) filter (where what = 'answered'), count(*) filter (where what = 'received'), 0::bigint
    from happened group by 1 order by 1
$$;
