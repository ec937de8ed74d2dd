-- name: by_day
select day::text as "key", sent, delivered, read, failed, answered, received
  from get_dashboard_stats(%(since)s, %(until)s, %(zone)s);

-- name: by_hour
-- An hour that the autumn gives twice is one hour of the clock.
select to_char(slot at time zone %(zone)s, 'HH24":00"') as "key", sum(sent) as sent, sum(delivered) as delivered, sum(read) as read,
       sum(failed) as failed, sum(answered) as answered, sum(received) as received
  from stats where slot >= %(since)s and slot < %(until)s
 group by 1 order by 1;

-- name: waiting
select count(*) from conversations where unread > 0;

-- name: recent_campaigns
select c.id, c.name, c.status, c.at, coalesce(n.total, 0) as total, coalesce(n.sent, 0) as sent, coalesce(n.read, 0) as read,
       coalesce(n.failed, 0) as failed
  from (select id, name, status, coalesce(launched_at, scheduled_at, created_at) as at from campaigns
         where status not in ('draft', 'cancelled') order by at desc, id desc limit 5) c
  left join lateral (
    select sum(n) filter (where status <> 'skipped') as total, sum(n) filter (where status in ('sent', 'delivered', 'read')) as sent,
           sum(n) filter (where status = 'read') as read, sum(n) filter (where status = 'failed') as failed
      from (select status, n from campaign_counts where campaign_id = c.id
            union all select status, n from campaign_deltas where campaign_id = c.id) counted) n on true
 order by c.at desc, c.id desc;

-- name: people
-- Who did nothing has no line. 200,000 deeds, a month of fifty busy people: 0.3 s, so the page asks for it by itself.
select d.id, u.name, d.taken, d.sent, d.answered, d.waits[1] as median, d.waits[2] as p90, d.resolved
  from (select user_id as id, count(*) filter (where what = 'taken') as taken, count(*) filter (where what = 'sent') as sent,
               count(seconds) as answered, count(*) filter (where what = 'resolved') as resolved,
               percentile_disc(array[0.5, 0.9]) within group (order by seconds) filter (where seconds is not null) as waits
          from person_moments
         where at >= %(since)s and at < %(until)s and (%(only)s::bigint is null or user_id = %(only)s)
         group by user_id order by sent desc, user_id limit %(most)s) d
  join users u on u.id = d.id
 order by d.sent desc, fold(u.name), d.id;

-- name: person_by_day
select (at at time zone %(zone)s)::date as day, count(*) filter (where what = 'taken') as taken,
       count(*) filter (where what = 'sent') as sent, count(seconds) as answered,
       percentile_disc(0.5) within group (order by seconds) as median, percentile_disc(0.9) within group (order by seconds) as p90,
       count(*) filter (where what = 'resolved') as resolved
  from person_moments where at >= %(since)s and at < %(until)s and user_id = %(id)s
 group by 1;

-- name: fold_stats
-- Skips what a second worker folds at this moment; the order of the rows keeps the two from waiting for each other in a circle.
with folded as (
  delete from stat_deltas
   where ctid = any(array(select ctid from stat_deltas limit %(batch)s for update skip locked))
  returning tenant_id, slot, sent, delivered, read, failed, answered, received, ai),
added as (
  insert into stat_slots as s (tenant_id, slot, sent, delivered, read, failed, answered, received, ai)
  select tenant_id, slot, sum(sent), sum(delivered), sum(read), sum(failed), sum(answered), sum(received), sum(ai)
    from folded group by tenant_id, slot order by tenant_id, slot
  on conflict (tenant_id, slot) do update
     set sent = s.sent + excluded.sent, delivered = s.delivered + excluded.delivered, read = s.read + excluded.read,
         failed = s.failed + excluded.failed, answered = s.answered + excluded.answered,
         received = s.received + excluded.received, ai = s.ai + excluded.ai)
select count(*) from folded;

-- name: fold_campaigns
-- The counts of a deleted campaign have nowhere to go and are dropped with it.
with folded as (
  delete from campaign_deltas
   where ctid = any(array(select ctid from campaign_deltas limit %(batch)s for update skip locked))
  returning tenant_id, campaign_id, status, n),
added as (
  insert into campaign_counts as c (tenant_id, campaign_id, status, n)
  select f.tenant_id, f.campaign_id, f.status, sum(f.n)
    from folded f join campaigns on campaigns.tenant_id = f.tenant_id and campaigns.id = f.campaign_id
   group by 1, 2, 3 having sum(f.n) <> 0 order by 1, 2, 3
  on conflict (tenant_id, campaign_id, status) do update set n = c.n + excluded.n)
select count(*) from folded;
