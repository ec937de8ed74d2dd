-- name: create
insert into campaign_exports (campaign_id, kind, filter, language, time_zone, created_by)
values (%(campaign_id)s, %(kind)s, %(filter)s, %(language)s, %(time_zone)s, %(by)s) returning id;

-- name: find
select e.id, e.campaign_id, e.kind, e.filter, e.language, e.time_zone, e.status, e.rows, e.file_id, e.created_at, c.name as campaign
  from campaign_exports e join campaigns c on c.id = e.campaign_id where e.id = %(id)s;

-- name: latest
select e.id, e.campaign_id, e.kind, e.filter, e.language, e.time_zone, e.status, e.rows, e.file_id, e.created_at, c.name as campaign
  from campaign_exports e join campaigns c on c.id = e.campaign_id where e.campaign_id = %(campaign_id)s order by e.id desc limit 5;

-- name: progress
update campaign_exports set rows = %(rows)s where id = %(id)s and status = 'running';

-- name: finish
update campaign_exports set status = %(status)s, rows = %(rows)s, file_id = %(file_id)s, finished_at = now()
 where id = %(id)s and status = 'running' returning id;

-- name: page
-- In the order of sending, by key: a million rows cost the same from first to last, and none is held.
select r.id, coalesce(k.name, '') as name, r.address, r.variant, r.status, r.sent_at, r.delivered_at, r.read_at, r.failed_at,
       r.answered_at, r.error_code, r.error_detail, r.skip_reason, r.attempt, coalesce(p.clicks, 0)::integer as clicks
  from (
    select found.* from unnest(%(statuses)s::text[]) as wanted (status), lateral (
      select * from campaign_recipients r
       where r.campaign_id = %(campaign_id)s and r.status = wanted.status and r.id > %(last)s order by r.id limit %(size)s) found
     order by found.id limit %(size)s) r
  left join contacts k on k.id = r.contact_id
  left join lateral (select sum(c.clicks) as clicks from link_clicks c where c.recipient_id = r.id) p on true
 order by r.id;

-- name: outdated
select distinct tenant_id from campaign_exports where file_id is not null and finished_at < now() - %(kept)s::interval;

-- name: forget_files
delete from files f using campaign_exports e where f.id = e.file_id and e.finished_at < now() - %(kept)s::interval;
