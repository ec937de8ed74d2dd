-- Totals: triggers append what changed, a job folds it, get_dashboard_stats adds rollup and unfolded tail.

create or replace function slot_of(at timestamptz) returns timestamptz language sql immutable parallel safe
  return date_bin('15 minutes', at, timestamptz '2000-01-01 00:00:00+00');

-- Both tables of outgoing messages have the same five moments; a moment that is set, moved or taken back moves its total.
create or replace function tally_recipients() returns trigger language plpgsql as $$
begin
  if tg_op <> 'DELETE' then
    insert into campaign_deltas (tenant_id, campaign_id, status, n)
      select tenant_id, campaign_id, status, count(*) from new_rows group by 1, 2, 3;
    insert into stat_deltas (tenant_id, slot, sent, delivered, read, failed, answered)
      select tenant_id, slot_of(at), sum(s), sum(d), sum(r), sum(f), sum(a) from new_rows,
        lateral (values (sent_at, 1, 0, 0, 0, 0), (delivered_at, 0, 1, 0, 0, 0), (read_at, 0, 0, 1, 0, 0),
          (failed_at, 0, 0, 0, 1, 0), (answered_at, 0, 0, 0, 0, 1)) moment (at, s, d, r, f, a)
       where at is not null group by 1, 2;
  end if;
  if tg_op <> 'INSERT' then
    insert into campaign_deltas (tenant_id, campaign_id, status, n)
      select tenant_id, campaign_id, status, -count(*) from old_rows group by 1, 2, 3;
    insert into stat_deltas (tenant_id, slot, sent, delivered, read, failed, answered)
      select tenant_id, slot_of(at), -sum(s), -sum(d), -sum(r), -sum(f), -sum(a) from old_rows,
        lateral (values (sent_at, 1, 0, 0, 0, 0), (delivered_at, 0, 1, 0, 0, 0), (read_at, 0, 0, 1, 0, 0),
          (failed_at, 0, 0, 0, 1, 0), (answered_at, 0, 0, 0, 0, 1)) moment (at, s, d, r, f, a)
       where at is not null group by 1, 2;
  end if;
  return null;
end $$;

create or replace function tally_messages() returns trigger language plpgsql as $$
begin
  if tg_op <> 'DELETE' then
    insert into stat_deltas (tenant_id, slot, sent, delivered, read, failed, received)
      select tenant_id, slot_of(moment.at), sum(s), sum(d), sum(r), sum(f), sum(i) from new_rows,
        lateral (values (sent_at, 1, 0, 0, 0, 0), (delivered_at, 0, 1, 0, 0, 0), (read_at, 0, 0, 1, 0, 0),
          (failed_at, 0, 0, 0, 1, 0), (case direction when 'in' then new_rows.at end, 0, 0, 0, 0, 1)) moment (at, s, d, r, f, i)
       where moment.at is not null group by 1, 2;
  end if;
  if tg_op <> 'INSERT' then
    insert into stat_deltas (tenant_id, slot, sent, delivered, read, failed, received)
      select tenant_id, slot_of(moment.at), -sum(s), -sum(d), -sum(r), -sum(f), -sum(i) from old_rows,
        lateral (values (sent_at, 1, 0, 0, 0, 0), (delivered_at, 0, 1, 0, 0, 0), (read_at, 0, 0, 1, 0, 0),
          (failed_at, 0, 0, 0, 1, 0), (case direction when 'in' then old_rows.at end, 0, 0, 0, 0, 1)) moment (at, s, d, r, f, i)
       where moment.at is not null group by 1, 2;
  end if;
  return null;
end $$;

create or replace trigger tally_inserted after insert on campaign_recipients
  referencing new table as new_rows for each statement execute function tally_recipients();
create or replace trigger tally_updated after update on campaign_recipients
  referencing old table as old_rows new table as new_rows for each statement execute function tally_recipients();
create or replace trigger tally_deleted after delete on campaign_recipients
  referencing old table as old_rows for each statement execute function tally_recipients();
create or replace trigger tally_inserted after insert on messages
  referencing new table as new_rows for each statement execute function tally_messages();
create or replace trigger tally_updated after update on messages
  referencing old table as old_rows new table as new_rows for each statement execute function tally_messages();
create or replace trigger tally_deleted after delete on messages
  referencing old table as old_rows for each statement execute function tally_messages();

create or replace function get_dashboard_stats(since timestamptz, until timestamptz, zone text)
  returns table (day date, sent bigint, delivered bigint, read bigint, failed bigint, answered bigint, received bigint, ai bigint)
  language sql stable as $$
  select (slot at time zone zone)::date, sum(t.sent), sum(t.delivered), sum(t.read), sum(t.failed),
         sum(t.answered), sum(t.received), sum(t.ai)
    from (select slot, s.sent, s.delivered, s.read, s.failed, s.answered, s.received, s.ai from stat_slots s
           where slot >= since and slot < until
          union all
          select slot, d.sent, d.delivered, d.read, d.failed, d.answered, d.received, d.ai from stat_deltas d
           where slot >= since and slot < until) t
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
