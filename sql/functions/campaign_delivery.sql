-- The two statements that raise rows by the batch, hundreds of times a minute.
--
-- Which rows is said as an array wherever they are read, and nothing is joined in a loop: before the first `analyze`, and for a
-- workspace that the statistics do not know yet, the planner expects one row where five hundred are, and a loop would compare
-- each of them with each (209 ms instead of 32). Planning anew costs one millisecond, and no plan outlives the size it was made for.

-- Statuses only rise, in whatever order they come. delivered may follow failed; read implies delivered; a failure counts
-- only for the attempt that it is about, and what is told again of an attempt that has failed already is no news.
create or replace function raise_recipients(news json)
  returns table (id bigint, campaign_id bigint, status text, error_code integer, variant smallint)
  language plpgsql set enable_nestloop = off set enable_seqscan = off set plan_cache_mode = force_custom_plan as $$
#variable_conflict use_column
begin
  return query
  with told as materialized (
    select n.* from json_to_recordset(raise_recipients.news) as n (id bigint, attempt int, status text, at timestamptz, wamid text, code int, detail text)
  ), news as (
    select n.* from told n
      left join campaign_recipients r on r.id = any(array(select id from told)) and r.id = n.id and r.story is not null
       and n.status in ('sent', 'failed')
     where r.id is null or not (r.story @> jsonb_build_array(jsonb_build_object('attempt', n.attempt, 'outcome', 'failed'))
                                or r.story @> jsonb_build_array(jsonb_build_object('attempt', n.attempt, 'outcome', 'capped')))
  ), folded as (
    select id, min(at) filter (where status = 'sent') as sent, min(at) filter (where status = 'delivered') as delivered,
           min(at) filter (where status in ('read', 'played')) as read,
           min(at) filter (where status = 'failed') as failed, max(attempt) filter (where status = 'failed') as failed_attempt,
           max(code) filter (where status = 'failed') as code, max(detail) filter (where status = 'failed') as detail, max(wamid) as wamid
      from news group by id
  ), locked as materialized (
    -- Only rows for which it is news: "sent" mostly is not, and repeats never are. What is no news now never becomes one.
    -- Its columns are those of the row as it was locked, which the statement's own snapshot may not have seen.
    select r.id, r.attempt, r.wamid, r.sent_at, r.delivered_at, r.read_at, r.failed_at, f.wamid as news_wamid, f.sent, f.delivered,
           f.read, f.failed, f.failed_attempt, f.code, f.detail
      from campaign_recipients r join folded f on f.id = r.id
     where r.id = any(array(select id from told)) and (
        r.wamid is null or r.sent_at is null or (r.failed_at is null and f.failed is not null)
        or (r.delivered_at is null and coalesce(f.delivered, f.read) is not null) or (r.read_at is null and f.read is not null))
     order by r.id for update of r
  ), risen as (
    select id, coalesce(wamid, news_wamid) as wamid, coalesce(sent_at, sent, delivered, read) as sent_at,
           coalesce(delivered_at, delivered, read) as delivered_at, coalesce(read_at, read) as read_at,
           coalesce(failed_at, case when failed_attempt = attempt then failed end) as failed_at,
           case when failed_attempt = attempt then code end as code, case when failed_attempt = attempt then detail end as detail
      from locked
  )
  update campaign_recipients r
     set wamid = n.wamid, sent_at = n.sent_at, delivered_at = n.delivered_at, read_at = n.read_at,
         failed_at = case when n.delivered_at is null then n.failed_at end,
         error_code = case when n.delivered_at is null then coalesce(n.code, r.error_code) end,
         error_detail = case when n.delivered_at is null then coalesce(n.detail, r.error_detail) else '' end,
         status = case when n.read_at is not null then 'read' when n.delivered_at is not null then 'delivered'
           when n.failed_at is not null then 'failed' when n.sent_at is not null then 'sent' else r.status end,
         next_attempt_at = case when n.sent_at is null and n.failed_at is null then r.next_attempt_at end,
         lease_until = case when n.sent_at is null and n.failed_at is null then r.lease_until end
    from risen n where r.id = any(array(select id from risen)) and r.id = n.id
  returning r.id, r.campaign_id, r.status, r.error_code, r.variant;
end $$;

-- Statuses may have come before us: they are never taken back. Rows are locked in one order, as above, against deadlocks.
create or replace function settle_recipients(outcomes json) returns void
  language plpgsql set enable_nestloop = off set enable_seqscan = off set plan_cache_mode = force_custom_plan as $$
#variable_conflict use_column
begin
  with outcomes as materialized (
    select * from json_to_recordset(settle_recipients.outcomes) as o (id bigint, attempt int, status text, wamid text, code int, detail text,
      wait float, free bool, story text)
  ), locked as materialized (
    select r.id from campaign_recipients r where r.id = any(array(select id from outcomes))
    -- A status may already have told that this very attempt failed, and it waits for the next.
       and not (r.status = 'retry' and r.story is not null and (
         r.story @> jsonb_build_array(jsonb_build_object('attempt', r.attempt, 'outcome', 'failed'))
         or r.story @> jsonb_build_array(jsonb_build_object('attempt', r.attempt, 'outcome', 'capped'))))
     order by r.id for update
  )
  update campaign_recipients r
     set status = case when r.status in ('sending', 'uncertain', 'retry') then o.status else r.status end,
         wamid = coalesce(r.wamid, o.wamid),
         sent_at = case when o.status = 'sent' then coalesce(r.sent_at, now()) else r.sent_at end,
         failed_at = case when o.status = 'failed' and r.status in ('sending', 'uncertain', 'retry') then now() else r.failed_at end,
         error_code = case when o.status in ('failed', 'retry', 'uncertain') then o.code else r.error_code end,
         error_detail = case when o.status in ('failed', 'retry', 'uncertain') then coalesce(o.detail, '') else r.error_detail end,
         -- Given back unsent: the attempt did not happen.
         attempt = r.attempt - (o.status = 'pending')::int,
         -- An attempt that was nobody's fault here is not one of those that a campaign allows.
         rounds_before = r.rounds_before + (o.status = 'retry' and coalesce(o.free, false))::int,
         capped_times = r.capped_times + (o.story is not distinct from 'capped')::int,
         story = case when o.story is null then r.story
           else coalesce(r.story, '[]') || jsonb_build_object('attempt', o.attempt, 'at', now(), 'outcome', o.story, 'code', o.code) end,
         next_attempt_at = case when o.status in ('retry', 'uncertain', 'held') then now() + o.wait * interval '1 second' end,
         lease_until = null
    from outcomes o join locked on locked.id = o.id
   where r.id = any(array(select id from outcomes)) and r.id = o.id and r.attempt = o.attempt;
end $$;
