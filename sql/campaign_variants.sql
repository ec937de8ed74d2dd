-- name: texts
select 0 as place, c.template_id, c.variables, t.name, t.language, t.category, t.status, t.body
  from campaigns c join message_templates t on t.id = c.template_id where c.id = %(id)s
union all
select v.place, v.template_id, v.variables, t.name, t.language, t.category, t.status, t.body
  from campaign_variants v join message_templates t on t.id = v.template_id where v.campaign_id = %(id)s
order by place;

-- name: test
select test_share, winner_by, winner_after, winner, decided_at, test_to from campaigns where id = %(id)s;

-- name: forget
delete from campaign_variants where campaign_id = %(id)s;

-- name: add
-- No row comes back unless the template is approved on the account of the campaign's number.
insert into campaign_variants (campaign_id, place, template_id, variables)
select c.id, %(place)s, t.id, %(variables)s::jsonb
  from campaigns c join phone_numbers n on n.id = c.number_id join message_templates t on t.waba = n.waba
 where c.id = %(id)s and t.id = %(template_id)s and t.status = 'approved'
returning place;

-- name: plan
update campaigns set test_share = %(share)s, winner_by = %(winner_by)s, winner_after = %(winner_after)s where id = %(id)s;

-- name: begin
-- The first people, whom the launch has put there by lot, get the texts in turn; everybody else waits behind the last of them.
-- A canary, if there is one, has begun already: its people are the first of them.
with plan as materialized (
  select c.id, c.test_share, 1 + (select count(*) from campaign_variants v where v.campaign_id = c.id) as texts,
         (select count(*) from campaign_recipients r where r.campaign_id = c.id and r.status = 'pending') as people
    from campaigns c where c.id = %(id)s and c.test_share is not null and c.test_to is null
), chosen as materialized (
  select f.id, ((row_number() over (order by f.id) - 1) %% plan.texts)::smallint as variant
    from plan, lateral (
      select r.id from campaign_recipients r where r.campaign_id = plan.id and r.status = 'pending'
       order by r.id limit ceil(plan.test_share * plan.people)) f
), given as (
  update campaign_recipients r set variant = chosen.variant from chosen where r.id = chosen.id
)
update campaigns c
   set test_to = last.id,
       only_to = case when c.test_share < 1 then least(coalesce(c.only_to, last.id), last.id) else c.only_to end,
       decided_at = case when c.test_share < 1 then now() + c.winner_after end
  from plan, (select max(id) as id from chosen) last
 where c.id = plan.id and last.id is not null;

-- name: add_changed
-- Beside the texts that others got. No row comes back unless it is paused, no test waits for its winner, and the template may go.
insert into campaign_variants (campaign_id, place, template_id, variables)
select c.id, greatest(4, 1 + (select max(v.place) from campaign_variants v where v.campaign_id = c.id)), t.id, %(variables)s::jsonb
  from campaigns c join phone_numbers n on n.id = c.number_id join message_templates t on t.waba = n.waba
 where c.id = %(id)s and t.id = %(template_id)s and t.status = 'approved' and c.status = 'paused'
   and (c.test_share is null or c.test_share = 1 or c.winner is not null)
returning place;

-- name: freeze_changed
-- Whoever has not got it yet is frozen anew, from what is known of them now; whom the new text does not fit is skipped.
update campaign_recipients r
   set variant = %(place)s, parameters = jsonb_build_object(%(place)s::text, a.parameters),
       status = case when a.skip_reason in ('', 'no_address') then r.status else 'skipped' end,
       skip_reason = case a.skip_reason when 'no_address' then '' else a.skip_reason end
  from campaign_variants v join message_templates t on t.id = v.template_id,
       campaign_audience(jsonb_build_object('kind', 'remaining', 'id', v.campaign_id), v.variables, t.category = 'MARKETING', %(names)s::text[]) a
 where v.campaign_id = %(id)s and v.place = %(place)s
   and r.campaign_id = v.campaign_id and r.contact_id = a.contact_id and r.status in ('pending', 'retry');

-- name: due
select tenant_id, id from campaigns
 where decided_at <= now() and status = 'sending' and test_share is not null and winner is null;

-- name: wait_for_test
-- The time that was chosen runs from the last message of the test on, however long that took.
update campaigns c
   set decided_at = case when t.waiting then now() + interval '1 minute' else greatest(t.last_sent + c.winner_after, c.decided_at) end
  from (select exists (select from campaign_recipients r join campaigns p on p.id = r.campaign_id
                        where r.campaign_id = %(id)s and r.id <= p.test_to and r.status in ('pending', 'sending')) as waiting,
               (select max(r.sent_at) from campaign_recipients r join campaigns p on p.id = r.campaign_id
                 where r.campaign_id = %(id)s and r.variant is not null and r.id <= p.test_to) as last_sent) t
 where c.id = %(id)s and c.winner is null and c.decided_at <= now() returning c.decided_at <= now() as over;

-- name: decide
-- Whoever waits gets this text. A canary that is still out lets the others go when it has passed.
update campaigns
   set winner = %(place)s, decided_at = now(), only_to = case when canary_state in ('sending', 'waiting') then only_to end
 where id = %(id)s and test_share is not null and winner is null and status in ('sending', 'paused')
   and (%(place)s = 0 or %(place)s in (select place from campaign_variants where campaign_id = %(id)s))
returning number_id, status = 'sending' as sending;

-- name: results
-- What became of each text, of the test's people and of those after them.
select coalesce(r.variant, 0) as place, r.id <= coalesce(c.test_to, 0) as tested, r.status as what, count(*)::integer as n
  from campaigns c join campaign_recipients r on r.campaign_id = c.id
 where c.id = %(id)s and r.variant is not null group by 1, 2, 3
union all
select coalesce(r.variant, 0), r.id <= coalesce(c.test_to, 0), 'answered', count(*)::integer
  from campaigns c join campaign_recipients r on r.campaign_id = c.id
 where c.id = %(id)s and r.answered_at is not null group by 1, 2
union all
select coalesce(r.variant, 0), r.id <= coalesce(c.test_to, 0), 'clicked', count(distinct r.id)::integer
  from campaigns c
  join tracked_links l on l.campaign_id = c.id
  join link_clicks k on k.link_id = l.id
  join campaign_recipients r on r.id = k.recipient_id
 where c.id = %(id)s group by 1, 2;
