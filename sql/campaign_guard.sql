-- name: save
update campaigns
   set canary = %(canary)s, canary_wait = %(canary_wait)s, guarded = %(guarded)s, most_failed = %(most_failed)s,
       most_capped = %(most_capped)s, most_opted_out = %(most_opted_out)s, most_blocked = %(most_blocked)s,
       quality_stop = %(quality_stop)s, quiet_from = %(quiet_from)s, quiet_to = %(quiet_to)s, late_policy = %(late_policy)s,
       late_after = %(late_after)s, cron = %(cron)s, cron_zone = %(cron_zone)s
 where id = %(id)s;

-- name: begin
-- In the launch, when its rows are there. A test of texts goes to a few people first as it is; nobody after the canary, no canary.
with edge as materialized (
  select n.id from campaigns c, lateral (
    select r.id from campaign_recipients r
     where r.campaign_id = c.id and r.status = 'pending' order by r.id offset c.canary - 1 limit 1) n
   where c.id = %(id)s and c.canary is not null and c.test_share is null
     and exists (select from campaign_recipients r where r.campaign_id = c.id and r.status = 'pending' and r.id > n.id)
)
update campaigns c
   set was_marketing = is_marketing(c.id), only_to = coalesce((select id from edge), c.only_to),
       canary_state = case when exists (select from edge) then 'sending' else '' end
 where c.id = %(id)s and c.status = 'launching';

-- name: tenants_sending
-- Through the platform's door.
select distinct tenant_id from campaigns where status = 'sending';

-- name: rest_canaries
-- Everybody of the canary has an outcome, or has to wait longer than the canary should (a day after 131049, an unknown outcome).
update campaigns c set canary_state = 'waiting', canary_until = now() + c.canary_wait
 where c.status = 'sending' and c.canary_state = 'sending' and not exists (
   select from campaign_recipients r
    where r.campaign_id = c.id and r.id <= c.only_to
      and (r.status in ('pending', 'sending') or r.status = 'retry' and r.next_attempt_at < now() + interval '5 minutes'))
returning c.id;

-- name: release
-- A test of texts that is not decided holds everybody behind its last person.
update campaigns set canary_state = 'passed', canary_until = null,
       only_to = case when test_share < 1 and winner is null then test_to end
 where id = %(id)s and status = 'sending' and canary_state in ('sending', 'waiting')
returning number_id;

-- name: forgive
update campaigns c
   set ignored_guard = c.ignored_guard or c.paused_by = 'guard', was_marketing = c.was_marketing or is_marketing(c.id),
       canary_state = case c.paused_by when 'canary' then 'passed' else c.canary_state end,
       only_to = case when c.paused_by <> 'canary' then c.only_to when c.test_share < 1 and c.winner is null then c.test_to end, stop_facts = null
 where c.id = %(id)s and c.status = 'paused';

-- name: note_facts
update campaigns set stop_facts = %(facts)s where id = %(id)s;

-- name: running
-- Every running campaign of the workspace with what may stop it: counters, never rows. Opt-outs are looked for from the side of
-- the people who left lately, who are few. The campaign brings its tenant as a plain value, so that indexes can follow.
select c.id, c.guarded and not c.ignored_guard as guarded, c.most_failed, c.most_capped, c.most_opted_out, c.most_blocked, c.ladder,
       c.canary_state = 'waiting' and c.canary_until <= now() as canary_due,
       not c.was_marketing and is_marketing(c.id) as drifted,
       c.quality_stop = n.quality or c.quality_stop = 'YELLOW' and n.quality = 'RED' as number_fell,
       c.quality_stop <> '' and t.quality = 'RED' as template_fell,
       counted.failed, counted.done, opted.out as opted_out
  from campaigns c
  join phone_numbers n on n.id = c.number_id
  join message_templates t on t.id = c.template_id,
       lateral (
         select coalesce(sum(k.n) filter (where k.status = 'failed'), 0)::int as failed,
                coalesce(sum(k.n) filter (where k.status in ('sent', 'delivered', 'read', 'failed')), 0)::int as done from (
           select f.status, f.n from campaign_counts f where f.tenant_id = c.tenant_id and f.campaign_id = c.id
           union all select d.status, d.n from campaign_deltas d where d.tenant_id = c.tenant_id and d.campaign_id = c.id) k) counted,
       lateral (
         select count(*)::int as out from contacts k
           join campaign_recipients r on r.tenant_id = k.tenant_id and r.contact_id = k.id and r.campaign_id = c.id
          where k.tenant_id = c.tenant_id and k.opted_out_at > c.launched_at and r.sent_at <= k.opted_out_at) opted
 where c.status = 'sending' and c.was_marketing is not null;

-- name: codes
-- Why the latest of them failed: enough to tell the shares, and as quick when a hundred thousand did. Whoever was capped and climbs
-- the ladder is not failed, but counts.
select code, count(*)::int as n from (
  (select coalesce(error_code, 0) as code from campaign_recipients
    where campaign_id = %(id)s and status = 'failed' order by id desc limit 10000)
  union all
  (select 131049 from campaign_recipients where campaign_id = %(id)s and status = 'retry' and capped_times > 0 limit 10000)) latest
 group by 1;
