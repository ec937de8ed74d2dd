-- name: deliver
-- Statuses only rise, in whatever order they come. delivered may follow failed; read implies delivered; a failure counts
-- only for the attempt that it is about, and what is told again of an attempt that has failed already is no news.
-- Which rows is said as an array wherever they are read: a plan made while there were few would else read all of them.
with told as materialized (
  select n.* from json_to_recordset(%(news)s::json) as n (id bigint, attempt int, status text, at timestamptz, wamid text, code int, detail text)
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

-- name: fail_better
-- A failure that WhatsApp told later is certain, so whom it struck may be tried again: a passing trouble as often as the campaign
-- allows, a full mailbox of marketing (131049) a day later and at most three times, if the campaign climbs that ladder.
with failed as materialized (
  select r.id, r.error_code = 131049 as capped, c.longest_wait, w.wait, c.number_id
    from campaign_recipients r join campaigns c on c.id = r.campaign_id
    join unnest(%(codes)s::int[], %(waits)s::float[]) w (code, wait) on w.code = r.error_code
   where r.id = any(%(ids)s) and r.status = 'failed' and c.status <> 'cancelled' and r.failed_at is not null
     and case when r.error_code = 131049 then c.ladder and r.capped_times < 3 and exists (
                select from message_templates t where t.id = c.template_id and t.category = 'MARKETING')
              else r.attempt - r.rounds_before < c.attempts end
   order by r.id for update of r
)
update campaign_recipients r
   set status = 'retry', next_attempt_at = now() + interval '1 second' * case when f.capped then f.wait * (r.capped_times + 1)
         else least(f.longest_wait, f.wait) * (0.5 + random()) end,
       story = coalesce(r.story, '[]') || jsonb_build_object('attempt', r.attempt, 'at', r.failed_at,
         'outcome', case when f.capped then 'capped' else 'failed' end, 'code', r.error_code, 'wamid', r.wamid),
       rounds_before = r.rounds_before + f.capped::int, capped_times = r.capped_times + f.capped::int,
       wamid = null, sent_at = null, failed_at = null, error_code = null, error_detail = ''
  from failed f where r.id = f.id
returning r.campaign_id;
