-- name: knows_zones
select exists (select from phone_zones where release = %(release)s);

-- name: learn_zones
-- Zones that this Postgres does not know would fail every claim; those of one range are joined by commas.
with known as materialized (
  select name from pg_timezone_names
), forgotten as (
  delete from phone_zones where place > cardinality(%(firsts)s::int[])
)
insert into phone_zones (place, first, zones, release)
select t.place, t.first, array(select z.zone from unnest(string_to_array(t.zones, ',')) with ordinality z (zone, place)
                                 join known on known.name = z.zone order by z.place), %(release)s
  from unnest(%(firsts)s::int[], %(zones)s::text[]) with ordinality t (first, zones, place)
 order by t.place
on conflict (place) do update set first = excluded.first, zones = excluded.zones, release = excluded.release;

-- name: note_zones
-- The zones of a campaign, found by walking the index from one to the next.
with recursive known as (
  (select r.zone from campaign_recipients r
    where r.campaign_id = %(id)s and r.status = 'pending' and r.zone <> '' order by r.zone limit 1)
  union all
  select (select r.zone from campaign_recipients r
           where r.campaign_id = %(id)s and r.status = 'pending' and r.zone <> '' and r.zone > known.zone order by r.zone limit 1)
    from known where known.zone is not null
)
update campaigns set zones = array(select zone from known where zone is not null)
 where id = %(id)s and quiet_from is not null;

-- name: due
-- Each campaign says itself how late is too late. A repeating one goes out as a copy: app/campaigns/series.py. A workspace that
-- sends nothing begins nothing either, and finds its campaigns as it left them.
update campaigns set status = 'launching', launched_at = now()
 where status = 'scheduled' and cron = '' and scheduled_at <= now() and (scheduled_at > now() - late_after or late_policy = 'send')
   and sends(tenant_id)
returning tenant_id, id;

-- name: mark_late
update campaigns
   set status = case late_policy when 'skip' then 'cancelled' else 'late' end,
       finished_at = case late_policy when 'skip' then now() end, stop_reason = case late_policy when 'skip' then %(skipped)s else '' end
 where status = 'scheduled' and cron = '' and scheduled_at <= now() - late_after and late_policy <> 'send'
   and sends(tenant_id)
returning tenant_id, id;

-- name: repeating_due
-- Through the platform's door.
select tenant_id, id from campaigns where status = 'scheduled' and cron <> '' and scheduled_at <= now() and sends(tenant_id);

-- name: pattern
-- Locked until its copy is made, so one worker makes it.
select c.id, c.cron, c.cron_zone, c.scheduled_at, c.late_policy, c.late_after,
       t.status = 'approved' and n.disconnected_at is null as ready
  from campaigns c
  join message_templates t on t.id = c.template_id
  join phone_numbers n on n.id = c.number_id
 where c.id = %(id)s and c.status = 'scheduled' and c.cron <> '' and c.scheduled_at <= now()
   for update of c;

-- name: copy
-- One of each time, whoever asks and how often: no row comes back for a time that has its copy.
insert into campaigns (name, number_id, template_id, audience, variables, uncertain_rule, grace_seconds, created_by, attempts, base_wait,
  longest_wait, ladder, canary, canary_wait, guarded, most_failed, most_capped, most_opted_out, most_blocked, quality_stop, quiet_from,
  quiet_to, late_policy, late_after, test_share, winner_by, winner_after, report_to, report_phones, series, scheduled_at, status, launched_at,
  finished_at, stop_reason)
select left(name, 100) || ' · ' || %(date)s, number_id, template_id, audience, variables, uncertain_rule, grace_seconds, created_by,
       attempts, base_wait, longest_wait, ladder, canary, canary_wait, guarded, most_failed, most_capped, most_opted_out, most_blocked,
       quality_stop, quiet_from, quiet_to, late_policy, late_after, test_share, winner_by, winner_after, report_to, report_phones, id, %(at)s,
       %(status)s, case %(status)s when 'launching' then now() end, case %(status)s when 'cancelled' then now() end, %(reason)s
  from campaigns where id = %(id)s
on conflict (tenant_id, series, scheduled_at) where series is not null do nothing
returning id;

-- name: copy_variants
insert into campaign_variants (campaign_id, place, template_id, variables)
select %(copy)s, place, template_id, variables from campaign_variants where campaign_id = %(id)s;

-- name: move_on
-- `scheduled_at` is the next time, `launched_at` the latest one. Without a next time it is over.
update campaigns
   set scheduled_at = coalesce(%(next)s::timestamptz, scheduled_at), launched_at = now(),
       status = case when %(next)s::timestamptz is null then 'completed' else status end,
       finished_at = case when %(next)s::timestamptz is null then now() end
 where id = %(id)s;

-- name: runs
-- The latest times of a repeating campaign.
select id, name, status, scheduled_at, launched_at from campaigns where series = %(id)s order by scheduled_at desc limit 12;

-- name: facts
-- What decides how fast a campaign goes: rate (shared with its neighbours), breaker, people of the day and when they come back,
-- zones with the people who wait in each. Counted to ten thousand a zone, which an index does in milliseconds.
select (least(p.per_second * unslowed(p.slowed_to, p.slowed_at), (select per_second from sending_caps))
         / greatest(1, (select count(*) from campaigns o where o.number_id = c.number_id and o.status = 'sending' and o.id <> c.id) + 1))::float
         as per_second,
       unslowed(p.slowed_to, p.slowed_at) < 1 or p.paused_until > now() as slowed,
       exists (select from breakers b where b.number_id = c.number_id and b.opened_at is not null) as broken,
       day.limit, day.limit - f.reserve - day.used as room, day.freed, zone_or_home('') as home, zones.counted as zones,
       case when cardinality(zones.asleep) > 0 then next_opening(zones.asleep, c.quiet_to) end as opens_at
  from campaigns c
  join phone_numbers n on n.id = c.number_id
  join wabas w on w.id = n.waba
  join portfolios f on f.id = w.portfolio_row
  join pacing p on p.number_id = c.number_id,
       lateral (
         select coalesce(f.people_by_hand, tier_people(f.tier)) as limit, coalesce(sum(m.people), 0)::int as used,
                coalesce(jsonb_agg(jsonb_build_object('at', m.minute + interval '24 hours 1 minute', 'people', m.people)
                  order by m.minute) filter (where m.people > 0), '[]') as freed
           from portfolio_minutes m
          where m.portfolio = f.id and m.minute > counting_since() and coalesce(f.people_by_hand, tier_people(f.tier)) is not null) day,
       lateral (
         select coalesce(jsonb_object_agg(z.zone, k.n), '{}') as counted,
                array_agg(z.zone) filter (where k.n > 0 and z.zone <> all(open_zones(c.zones, c.quiet_from, c.quiet_to))) as asleep
           from unnest(c.zones) z (zone), lateral (
             select count(*)::int as n from (
               select from campaign_recipients r
                where r.campaign_id = c.id and r.status = 'pending' and r.zone <> '' and r.zone = z.zone limit 10000) waiting) k) zones
 where c.id = %(id)s;
