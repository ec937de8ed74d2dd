-- name: begin_launch
-- Draft, scheduled and late ones may go; whoever was first has won. A repeating one never goes itself.
update campaigns set status = 'launching', launched_at = now(), stop_reason = ''
 where id = %(id)s and status in ('draft', 'scheduled', 'late') and cron = ''
returning true;

-- name: begin_fill
-- One at a time: a second run would only wait for the rows of the first, and hold a place of the queue meanwhile.
select t.body, c.canary is not null or c.test_share is not null as shuffled, c.quiet_from is not null as quiet
  from campaigns c join message_templates t on t.id = c.template_id
 where c.id = %(id)s and c.status = 'launching' and pg_try_advisory_xact_lock(c.id);

-- name: fill
-- The audience becomes rows, each person once; a second run of the job adds nobody.
insert into campaign_recipients (campaign_id, contact_id, address, parameters, status, skip_reason, zone)
select campaign_id, contact_id, address, parameters, status, skip_reason, zone from campaign_rows(%(id)s, %(names)s::text[], %(share)s, %(shares)s)
on conflict (tenant_id, contact_id, campaign_id) do nothing;

-- name: fill_shuffled
-- The same by lot: whoever comes first stands for all the others.
insert into campaign_recipients (campaign_id, contact_id, address, parameters, status, skip_reason, zone)
select campaign_id, contact_id, address, parameters, status, skip_reason, zone from campaign_rows(%(id)s, %(names)s::text[], %(share)s, %(shares)s)
 order by random()
on conflict (tenant_id, contact_id, campaign_id) do nothing;

-- name: finish_launch
update campaigns set status = 'sending' where id = %(id)s and status = 'launching' returning number_id;

-- name: schedule
update campaigns set status = 'scheduled', scheduled_at = %(at)s where id = %(id)s and status in ('draft', 'scheduled', 'late')
returning true;

-- name: unschedule
-- A repeating one rests, and keeps the time that it had.
update campaigns set status = 'draft', scheduled_at = case cron when '' then null else scheduled_at end
 where id = %(id)s and status in ('scheduled', 'late')
returning true;

-- name: means
-- What one text of a campaign is sent from and with.
select c.number_id, coalesce(v.template_id, c.template_id) as template_id
  from campaigns c left join campaign_variants v on v.campaign_id = c.id and v.place = %(variant)s where c.id = %(id)s;

-- name: pause
update campaigns set status = 'paused', stop_reason = %(reason)s, paused_by = %(by)s
 where id = %(id)s and status = 'sending' returning true;

-- name: pause_of_number
update campaigns set status = 'paused', stop_reason = %(reason)s, paused_by = 'number'
 where number_id = %(number_id)s and status = 'sending' returning id;

-- name: pause_of_template
update campaigns c set status = 'paused', stop_reason = %(reason)s, paused_by = 'template'
 where c.status = 'sending' and (c.template_id = %(template_id)s
   or c.id in (select v.campaign_id from campaign_variants v where v.template_id = %(template_id)s)) returning id;

-- name: resume
update campaigns set status = 'sending', stop_reason = '', paused_by = '' where id = %(id)s and status = 'paused' returning number_id;

-- name: cancel
update campaigns set status = 'cancelled', finished_at = now()
 where id = %(id)s and (status in ('scheduled', 'late', 'launching', 'sending', 'paused') or status = 'draft' and cron <> '')
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

-- name: waits
select number_waits(%(number_id)s);

-- name: next_turn
-- By the clock of the database, as the queue has it: the clocks of workers differ. No time when there is nothing left, and least()
-- would make one up.
select case when waits is not null then clock_timestamp() + least(waits * interval '1 second', %(longest)s) end as at, waits <= 1 as now
  from number_waits(%(number_id)s) waits;

-- name: others_wait
select exists (
  select from procrastinate_jobs
   where queue_name = 'campaigns' and status = 'todo' and (scheduled_at is null or scheduled_at <= now()));

-- name: claim
select id, campaign_id, address, parameters, attempt, variant, tries, capped_times from claim_recipients(%(number_id)s, %(wanted)s, %(lease)s);

-- name: letter
-- What is the same for everybody who gets this text of a campaign; 0 is its own template.
select t.id as template_id, t.name, t.language, t.category, t.header, t.body, t.buttons,
       c.grace_seconds, c.attempts, c.base_wait, c.longest_wait, c.ladder
  from campaigns c
  left join campaign_variants v on v.campaign_id = c.id and v.place = %(variant)s
  join message_templates t on t.id = coalesce(v.template_id, c.template_id) where c.id = %(id)s;

-- name: settle
-- One parameter for the batch: a JSON text costs psycopg a tenth of seven arrays.
select settle_recipients(%(outcomes)s::json);

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
  select r.id, c.number_id, c.status <> 'cancelled' and c.uncertain_rule = 'retry' and r.attempt - r.rounds_before < c.attempts as again
    from campaign_recipients r join campaigns c on c.id = r.campaign_id
   where c.status in ('sending', 'paused', 'cancelled') and r.status = 'uncertain' and r.next_attempt_at <= now()
   order by r.id limit 5000 for update of r skip locked
), decided as (
  update campaign_recipients r
     set status = case when s.again then 'retry' else 'uncertain' end, next_attempt_at = case when s.again then now() end,
         story = coalesce(r.story, '[]') || jsonb_build_object('attempt', r.attempt, 'at', now(), 'outcome', 'unknown')
    from silent s where r.id = s.id
  returning s.number_id, s.again)
select distinct number_id from decided where again;

-- name: give_up_held
-- WhatsApp judges a held message within the hour, mostly; after two days without a word it will not come.
update campaign_recipients r set status = 'failed', failed_at = now(), error_code = 132015, error_detail = 'held without a decision'
  from campaigns c
 where c.id = r.campaign_id and c.status = 'sending' and r.status = 'held' and r.next_attempt_at <= now();

-- name: retry_failed
-- A new attempt for whoever failed, of some reasons or of some people only; the old one keeps its story.
update campaign_recipients r
   set status = 'retry', next_attempt_at = now(), rounds_before = r.attempt,
       story = coalesce(r.story, '[]') || jsonb_build_object('attempt', r.attempt, 'at', r.failed_at, 'outcome', 'failed',
         'code', r.error_code, 'wamid', r.wamid),
       wamid = null, sent_at = null, failed_at = null, error_code = null, error_detail = ''
 where r.campaign_id = %(id)s and r.status = 'failed'
   and (%(codes)s::int[] is null or coalesce(r.error_code, 0) = any(%(codes)s))
   and (%(recipient_ids)s::bigint[] is null or r.id = any(%(recipient_ids)s));

-- name: numbers_of
select distinct number_id from campaigns where id = any(%(ids)s) and status = 'sending';

-- name: may_retry
select id from campaigns where id = %(id)s and status in ('sending', 'paused', 'completed');

-- name: reopen
-- Whoever is to get it after all makes a completed campaign a running one again.
update campaigns set status = 'sending', finished_at = null
 where id = any(%(ids)s) and status = 'completed';

-- name: resend_uncertain
update campaign_recipients set status = 'retry', next_attempt_at = now()
 where campaign_id = %(id)s and status = 'uncertain' and next_attempt_at is null;

-- name: leave_uncertain
update campaign_recipients set status = 'failed', failed_at = now(), error_detail = 'outcome unknown'
 where campaign_id = %(id)s and status = 'uncertain' and next_attempt_at is null;

-- name: waiting_numbers
select number_id from (select distinct c.number_id from campaigns c where c.status = 'sending') busy where number_waits(number_id) <= 1;

-- name: complete
-- Completion is a fact of the rows.
update campaigns c set status = 'completed', finished_at = now()
 where c.status = 'sending' and (%(id)s::bigint is null or c.id = %(id)s) and not exists (
   select from campaign_recipients r where r.campaign_id = c.id and r.status in ('pending', 'retry', 'sending', 'uncertain', 'held'))
returning c.id;

-- name: stuck_launches
-- A launch whose process died: its job is gone or will come back; starting it again adds nobody twice.
select tenant_id, id from campaigns where status = 'launching' and launched_at < now() - interval '2 minutes';

-- name: may_announce
-- At most once a second a campaign: NOTIFY takes an instance-wide lock at commit.
update campaigns set announced_at = now()
 where id = any(%(ids)s) and (announced_at is null or announced_at < now() - interval '1 second')
returning id;

-- name: note_answers
-- Whoever writes within a week of a campaign message has answered the latest one.
with latest as (
  select distinct on (contact_id) id from campaign_recipients
   where contact_id = any(%(contact_ids)s) and status in ('sent', 'delivered', 'read') and sent_at > now() - interval '7 days'
   order by contact_id, sent_at desc)
update campaign_recipients r set answered_at = now()
  from latest where r.id = latest.id and r.answered_at is null
returning r.campaign_id;
