-- name: colleagues
select u.id, u.name, u.email_confirmed_at is not null as confirmed
  from memberships m join users u on u.id = m.user_id where m.deactivated_at is null order by fold(u.name), u.id;

-- name: wish
select report_to, report_phones from campaigns where id = %(id)s;

-- name: save
-- Only people of this workspace can be told.
update campaigns set report_phones = %(phones)s,
       report_to = coalesce((select array_agg(m.user_id) from memberships m where m.user_id = any(%(people)s)), '{}')
 where id = %(id)s;

-- name: begin
-- Once a campaign, however often it completes.
update campaigns set reported_at = now()
 where id = %(id)s and reported_at is null and (report_to <> '{}' or report_phones <> '{}')
returning number_id, report_phones;

-- name: readers
-- Who is to be told and is still here, each in their own language; by mail, if the address is known to be theirs.
select u.id, case when u.email_confirmed_at is not null then u.email else '' end as email, u.language from campaigns c
  join memberships m on m.user_id = any(c.report_to) and m.deactivated_at is null join users u on u.id = m.user_id where c.id = %(id)s;

-- name: keep
insert into campaign_reports (campaign_id, user_id) values (%(id)s, %(user_id)s) on conflict do nothing;

-- name: unseen
select r.campaign_id as id, c.name from campaign_reports r join campaigns c on c.id = r.campaign_id
 where r.user_id = %(user_id)s and r.seen_at is null order by r.made_at desc limit 3;

-- name: see
update campaign_reports set seen_at = now() where campaign_id = %(id)s and user_id = %(user_id)s and seen_at is null;

-- name: open_conversations
-- Those phones that have written to the campaign's number within a day: nobody else may be written to freely.
select distinct v.id from conversations v join contact_identities i on i.contact_id = v.contact_id
 where v.number_id = %(number_id)s and v.last_inbound_at > now() - interval '24 hours'
   and (i.kind = 'phone' and i.value = any(%(phones)s) or i.kind = 'wa_id' and '+' || i.value = any(%(phones)s));

-- name: workspace
select language, time_zone from tenants where id = tenant_id();
