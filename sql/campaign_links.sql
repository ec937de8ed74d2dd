-- name: register
-- Every address that one of the campaign's texts follows, once.
insert into tracked_links (campaign_id, url)
select distinct c.id, e.value ->> 'link'
  from campaigns c, jsonb_each(campaign_variables(c)) e
 where c.id = %(campaign_id)s and e.value ? 'link'
on conflict on constraint tracked_links_url_key do nothing;

-- name: of_campaign
select url, id from tracked_links where campaign_id = %(campaign_id)s;

-- name: find
-- Where a code leads, and whether it is somebody's; a test message has a link of nobody.
select l.url, l.campaign_id, exists (
    select from campaign_recipients r where r.id = %(recipient_id)s and r.campaign_id = l.campaign_id) as personal
  from tracked_links l where l.id = %(link_id)s;

-- name: count
-- Twice within a second is one press.
insert into link_clicks as k (link_id, recipient_id) values (%(link_id)s, %(recipient_id)s)
on conflict (tenant_id, link_id, recipient_id) do update set clicks = k.clicks + 1, last_at = now()
 where k.last_at < now() - interval '1 second';

-- name: totals
select l.id, l.url, coalesce(sum(k.clicks), 0)::integer as clicks, count(k.recipient_id)::integer as people,
       max(k.last_at) as last_at
  from tracked_links l left join link_clicks k on k.link_id = l.id
 where l.campaign_id = %(campaign_id)s group by l.id, l.url order by people desc, l.id;

-- name: of_recipient
select l.id, l.url, k.clicks, 1 as people, k.last_at
  from link_clicks k join tracked_links l on l.id = k.link_id where k.recipient_id = %(recipient_id)s order by k.first_at;
