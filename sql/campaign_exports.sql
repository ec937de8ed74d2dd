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
