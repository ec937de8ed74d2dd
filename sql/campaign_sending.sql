-- name: begin_launch
-- Draft, scheduled and late ones may go; whoever was first has won.
update campaigns set status = 'launching', launched_at = now(), stop_reason = ''
 where id = %(id)s and status in ('draft', 'scheduled', 'late')
returning true;

-- name: begin_fill
-- One at a time: a second run would only wait for the rows of the first, and hold a place of the queue meanwhile.
select t.body from campaigns c join message_templates t on t.id = c.template_id
 where c.id = %(id)s and c.status = 'launching' and pg_try_advisory_xact_lock(c.id);

-- name: fill
-- The audience becomes rows, each person once; a second run of the job adds nobody.
insert into campaign_recipients (campaign_id, contact_id, address, parameters, status, skip_reason)
select c.id, a.contact_id, a.address, a.parameters, case a.skip_reason when '' then 'pending' else 'skipped' end, a.skip_reason
  from campaigns c
  join message_templates t on t.id = c.template_id,
       campaign_audience(c.audience, c.variables, t.category = 'MARKETING', %(names)s::text[]) a
 where c.id = %(id)s and c.status = 'launching'
on conflict (tenant_id, contact_id, campaign_id) do nothing;

-- name: finish_launch
update campaigns set status = 'sending' where id = %(id)s and status = 'launching' returning number_id;

-- name: schedule
update campaigns set status = 'scheduled', scheduled_at = %(at)s where id = %(id)s and status in ('draft', 'scheduled', 'late')
returning true;

-- name: unschedule
update campaigns set status = 'draft', scheduled_at = null where id = %(id)s and status in ('scheduled', 'late') returning true;

-- name: due
update campaigns set status = 'launching', launched_at = now()
 where status = 'scheduled' and scheduled_at <= now() and scheduled_at > now() - %(late)s
returning tenant_id, id;

-- name: mark_late
update campaigns set status = 'late' where status = 'scheduled' and scheduled_at <= now() - %(late)s
returning tenant_id, id;

-- name: pause
update campaigns set status = 'paused', stop_reason = %(reason)s where id = %(id)s and status = 'sending' returning true;

-- name: pause_of_number
update campaigns set status = 'paused', stop_reason = %(reason)s where number_id = %(number_id)s and status = 'sending'
returning id;

-- name: pause_of_template
update campaigns set status = 'paused', stop_reason = %(reason)s where template_id = %(template_id)s and status = 'sending'
returning id;

-- name: resume
update campaigns set status = 'sending', stop_reason = '' where id = %(id)s and status = 'paused' returning number_id;

-- name: cancel
update campaigns set status = 'cancelled', finished_at = now()
 where id = %(id)s and status in ('scheduled', 'late', 'launching', 'sending', 'paused')
returning true;

-- name: drop_remaining
update campaign_recipients set status = 'cancelled' where campaign_id = %(id)s and status in ('pending', 'retry');

-- name: drop_stragglers
-- Given back by a lane, or filled by a launch, after their campaign was cancelled.
with late as materialized (
  select r.id from campaigns c join campaign_recipients r on r.campaign_id = c.id
   where c.status = 'cancelled' and c.finished_at > now() - interval '1 day' and r.status in ('pending', 'retry')
   order by r.id limit 5000 for update of r skip locked
)
update campaign_recipients r set status = 'cancelled' from late where r.id = late.id;

-- name: hold_lane
-- One runner a lane: a stale one is taken over, a live one keeps it.
insert into lanes as l (number_id, lane, holder, held_until)
values (%(number_id)s, %(lane)s, %(holder)s, now() + %(lasts)s)
on conflict (tenant_id, number_id, lane) do update set holder = excluded.holder, held_until = excluded.held_until
 where l.held_until < now() or l.holder = excluded.holder
returning true;

-- name: release_lane
delete from lanes where number_id = %(number_id)s and lane = %(lane)s and holder = %(holder)s;

-- name: has_work
select exists (
  select from campaigns c join campaign_recipients r on r.campaign_id = c.id
   where c.number_id = %(number_id)s and c.status = 'sending'
     and (r.status = 'pending' or (r.status = 'retry' and r.next_attempt_at <= now())));

-- name: others_wait
select exists (
  select from procrastinate_jobs
   where queue_name = 'campaigns' and status = 'todo' and (scheduled_at is null or scheduled_at <= now()));

-- name: next_retry
select min(r.next_attempt_at)
  from campaigns c join campaign_recipients r on r.campaign_id = c.id
 where c.number_id = %(number_id)s and c.status = 'sending' and r.status = 'retry';

-- name: claim
select id, campaign_id, address, parameters, attempt from claim_recipients(%(number_id)s, %(wanted)s, %(lease)s);

-- name: letter
-- What is the same for everybody in a campaign.
select t.name, t.language, t.header, t.body, t.buttons, c.grace_seconds
  from campaigns c join message_templates t on t.id = c.template_id where c.id = %(id)s;

-- name: settle
-- Statuses may have come before us: they are never taken back. Rows are locked in one order, as in `deliver`, against deadlocks.
with outcomes as (
  select * from unnest(%(ids)s::bigint[], %(attempts)s::int[], %(statuses)s::text[], %(wamids)s::text[], %(codes)s::int[],
    %(details)s::text[], %(waits)s::float[]) as o (id, attempt, status, wamid, code, detail, wait)
), locked as materialized (
  select r.id from campaign_recipients r where r.id = any(%(ids)s) order by r.id for update
)
update campaign_recipients r
   set status = case when r.status in ('sending', 'uncertain', 'retry') then o.status else r.status end,
       wamid = coalesce(r.wamid, nullif(o.wamid, '')),
       sent_at = case when o.status = 'sent' then coalesce(r.sent_at, now()) else r.sent_at end,
       failed_at = case when o.status = 'failed' and r.status in ('sending', 'uncertain', 'retry') then now() else r.failed_at end,
       error_code = case when o.status in ('failed', 'retry', 'uncertain') then nullif(o.code, 0) else r.error_code end,
       error_detail = case when o.status in ('failed', 'retry', 'uncertain') then o.detail else r.error_detail end,
       -- Given back unsent: the attempt did not happen.
       attempt = r.attempt - (o.status = 'pending')::int,
       story = case when o.status = 'retry'
         then coalesce(r.story, '[]') || jsonb_build_array(jsonb_build_object('attempt', o.attempt, 'at', now(), 'outcome', 'retry', 'code', nullif(o.code, 0)))
         else r.story end,
       next_attempt_at = case when o.status in ('retry', 'uncertain') then now() + o.wait * interval '1 second' end,
       lease_until = null
  from outcomes o join locked on locked.id = o.id
 where r.id = o.id and r.attempt = o.attempt;

-- name: tenants_at_work
-- Through the platform's door: whose rows may be stuck. A cancelled campaign's last messages settle within a day.
select distinct tenant_id from campaigns
 where status in ('sending', 'paused') or (status = 'cancelled' and finished_at > now() - interval '1 day');

-- name: expire_leases
-- Whoever claimed these is gone, and nobody knows whether the message went out.
with lost as materialized (
  select r.id, c.grace_seconds from campaign_recipients r join campaigns c on c.id = r.campaign_id
   where r.status = 'sending' and r.lease_until < now()
   order by r.id limit 5000 for update of r skip locked
)
update campaign_recipients r
   set status = 'uncertain', lease_until = null, next_attempt_at = now() + lost.grace_seconds * interval '1 second'
  from lost where r.id = lost.id;

-- name: retry_uncertain
-- The grace time is over and no status came. 'ask' leaves it to a person; nothing goes out again after a cancellation.
with silent as materialized (
  select r.id, case c.status when 'cancelled' then 'ask' else c.uncertain_rule end as uncertain_rule, c.number_id
    from campaign_recipients r join campaigns c on c.id = r.campaign_id
   where r.status = 'uncertain' and r.next_attempt_at <= now()
   order by r.id limit 5000 for update of r skip locked
), decided as (
  update campaign_recipients r
     set status = case when s.uncertain_rule = 'retry' and r.attempt < %(attempts)s then 'retry' else 'uncertain' end,
         next_attempt_at = case when s.uncertain_rule = 'retry' and r.attempt < %(attempts)s then now() end,
         story = coalesce(r.story, '[]') || jsonb_build_array(jsonb_build_object('attempt', r.attempt, 'at', now(), 'outcome', 'unknown'))
    from silent s where r.id = s.id
  returning s.number_id, r.status)
select distinct number_id from decided where status = 'retry';

-- name: resend_uncertain
update campaign_recipients set status = 'retry', next_attempt_at = now()
 where campaign_id = %(id)s and status = 'uncertain' and next_attempt_at is null;

-- name: leave_uncertain
update campaign_recipients set status = 'failed', failed_at = now(), error_detail = 'outcome unknown'
 where campaign_id = %(id)s and status = 'uncertain' and next_attempt_at is null;

-- name: waiting_numbers
select distinct c.number_id from campaigns c
 where c.status = 'sending' and exists (
   select from campaign_recipients r where r.campaign_id = c.id
      and (r.status = 'pending' or (r.status = 'retry' and r.next_attempt_at <= now())));

-- name: complete
-- Completion is a fact of the rows.
update campaigns c set status = 'completed', finished_at = now()
 where c.status = 'sending' and (%(id)s::bigint is null or c.id = %(id)s) and not exists (
   select from campaign_recipients r where r.campaign_id = c.id and r.status in ('pending', 'retry', 'sending', 'uncertain'))
returning c.id;

-- name: slow_down
-- The provider said that the number is too fast: nothing goes for a moment.
update pacing p set tokens = 0, refilled_at = clock_timestamp() + %(seconds)s * interval '1 second'
  from campaigns c where c.id = %(id)s and p.number_id = c.number_id;

-- name: stuck_launches
-- A launch whose process died: its job is gone or will come back; starting it again adds nobody twice.
select tenant_id, id from campaigns where status = 'launching' and launched_at < now() - interval '2 minutes';

-- name: may_announce
-- At most once a second a campaign: NOTIFY takes an instance-wide lock at commit.
update campaigns set announced_at = now()
 where id = any(%(ids)s) and (announced_at is null or announced_at < now() - interval '1 second')
returning id;

-- name: deliver
-- Statuses only rise, in whatever order they come. delivered may follow failed; read implies delivered; a failure counts
-- only for the attempt that it is about.
with news as (
  select * from unnest(%(ids)s::bigint[], %(attempts)s::int[], %(statuses)s::text[], %(ats)s::timestamptz[], %(wamids)s::text[],
    %(codes)s::int[], %(details)s::text[]) as n (id, attempt, status, at, wamid, code, detail)
), folded as (
  select id, min(at) filter (where status = 'sent') as sent, min(at) filter (where status = 'delivered') as delivered,
         min(at) filter (where status in ('read', 'played')) as read,
         min(at) filter (where status = 'failed') as failed, max(attempt) filter (where status = 'failed') as failed_attempt,
         max(code) filter (where status = 'failed') as code, max(detail) filter (where status = 'failed') as detail, max(wamid) as wamid
    from news group by id
), locked as materialized (
  -- Only rows for which it is news: "sent" mostly is not, and repeats never are. What is no news now never becomes one.
  select r.id from campaign_recipients r join folded f on f.id = r.id
   where r.wamid is null or r.sent_at is null or (r.failed_at is null and f.failed is not null)
      or (r.delivered_at is null and coalesce(f.delivered, f.read) is not null) or (r.read_at is null and f.read is not null)
   order by r.id for update of r
), risen as (
  select r.id, coalesce(r.wamid, f.wamid) as wamid,
         coalesce(r.sent_at, f.sent, f.delivered, f.read) as sent_at,
         coalesce(r.delivered_at, f.delivered, f.read) as delivered_at,
         coalesce(r.read_at, f.read) as read_at,
         coalesce(r.failed_at, case when f.failed_attempt = r.attempt then f.failed end) as failed_at,
         case when f.failed_attempt = r.attempt then f.code end as code, case when f.failed_attempt = r.attempt then f.detail end as detail
    from locked join campaign_recipients r on r.id = locked.id join folded f on f.id = r.id
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
  from risen n where r.id = n.id
returning r.campaign_id;

-- name: note_answers
-- Whoever writes within a week of a campaign message has answered the latest one.
with latest as (
  select distinct on (contact_id) id from campaign_recipients
   where contact_id = any(%(contact_ids)s) and status in ('sent', 'delivered', 'read') and sent_at > now() - interval '7 days'
   order by contact_id, sent_at desc)
update campaign_recipients r set answered_at = now()
  from latest where r.id = latest.id and r.answered_at is null
returning r.campaign_id;
