-- name: deliver
select * from raise_recipients(%(news)s::json);

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
