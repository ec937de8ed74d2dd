-- name: find
select c.id, c.name, c.number_id, c.template_id, c.audience, c.variables, c.status, c.scheduled_at, c.launched_at, c.finished_at,
       c.uncertain_rule, c.grace_seconds, c.stop_reason, c.announced_at, c.created_by, c.created_at, u.name as author,
       n.display as number_display, n.verified_name as number_name, n.tier as number_tier,
       n.disconnected_at is null as number_connected, coalesce(p.per_second, 0)::float as per_second,
       t.name as template_name, t.language as template_language, t.category as template_category, t.status as template_status,
       t.body as template_body,
       c.canary, c.canary_wait, c.canary_state, c.canary_until, c.guarded, c.most_failed, c.most_capped, c.most_opted_out, c.most_blocked,
       c.quality_stop, c.paused_by, c.stop_facts, c.ignored_guard, c.quiet_from, c.quiet_to, c.late_policy, c.late_after, c.cron,
       c.cron_zone, c.series
  from campaigns c
  join phone_numbers n on n.id = c.number_id
  left join pacing p on p.number_id = c.number_id
  join message_templates t on t.id = c.template_id
  left join users u on u.id = c.created_by
 where c.id = %(id)s;

-- name: search
-- Counters of fifty campaigns at most: what is folded, and the tail that is not. The campaign brings its tenant, because the
-- platform's door makes it an "or" in the policy, which no index can follow.
select c.id, c.name, c.status, c.created_at, c.scheduled_at, c.launched_at, n.display as number_display, t.name as template_name,
       c.cron, c.series, coalesce(k.counted, '{}') as counted
  from campaigns c
  join phone_numbers n on n.id = c.number_id
  join message_templates t on t.id = c.template_id,
       lateral (
         select jsonb_object_agg(status, n) as counted from (
           select status, sum(n) as n from (
             select k.status, k.n from campaign_counts k where k.tenant_id = c.tenant_id and k.campaign_id = c.id
             union all select d.status, d.n from campaign_deltas d where d.tenant_id = c.tenant_id and d.campaign_id = c.id) parts
            group by status) summed) k
 where (%(status)s = '' or c.status = any(string_to_array(%(status)s, ',')))
   and (%(last)s::bigint is null or c.id < %(last)s)
 order by c.id desc limit 51;

-- name: counts
select coalesce(jsonb_object_agg(status, n), '{}') from (
  select status, sum(n) as n from (
    select k.status, k.n from campaigns c join campaign_counts k on k.tenant_id = c.tenant_id and k.campaign_id = c.id where c.id = %(id)s
    union all
    select d.status, d.n from campaigns c join campaign_deltas d on d.tenant_id = c.tenant_id and d.campaign_id = c.id where c.id = %(id)s) parts
   group by status) summed;

-- name: create
-- No row comes back unless the template is approved on the account of a connected number.
insert into campaigns (name, number_id, template_id, audience, variables, scheduled_at, uncertain_rule, created_by)
select %(name)s, n.id, t.id, %(audience)s::jsonb, %(variables)s::jsonb, %(scheduled_at)s, %(uncertain_rule)s, %(by)s
  from phone_numbers n join message_templates t on t.waba = n.waba
 where n.id = %(number_id)s and t.id = %(template_id)s and n.disconnected_at is null and t.status = 'approved'
returning id;

-- name: change
update campaigns c
   set name = %(name)s, number_id = n.id, template_id = t.id, audience = %(audience)s::jsonb, variables = %(variables)s::jsonb,
       scheduled_at = %(scheduled_at)s, uncertain_rule = %(uncertain_rule)s,
       status = case when %(scheduled_at)s::timestamptz is null then 'draft' when c.status = 'late' then 'scheduled' else c.status end
  from phone_numbers n join message_templates t on t.waba = n.waba
 where c.id = %(id)s and c.status = %(seen)s
   and n.id = %(number_id)s and t.id = %(template_id)s and n.disconnected_at is null and t.status = 'approved';

-- name: delete
delete from campaigns where id = %(id)s and status = 'draft';
