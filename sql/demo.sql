-- name: colleague
-- Through the platform's door: who joins is not a colleague yet. The password is the owner's.
with made as (
  insert into users (name, email, password_hash, language)
  select %(name)s, %(email)s, password_hash, language from users where id = %(like)s returning id
), joined as (
  insert into memberships (tenant_id, user_id, title) select %(tenant)s, id, %(title)s from made)
insert into member_roles (tenant_id, user_id, preset) select %(tenant)s, id, %(preset)s from made where %(preset)s::text is not null;

-- name: members
select u.email, u.id from memberships m join users u on u.id = m.user_id;

-- name: give_role
insert into member_roles (user_id, role_id, granted_by) select person, %(role)s, viewer_id() from unnest(%(people)s::bigint[]) person;

-- name: teams
-- Whoever comes first leads.
with made as (
  insert into teams (name, description, tone, hands_out, place, created_by)
  select name, description, tone, hands_out, place, viewer_id()
    from jsonb_to_recordset(%(teams)s) as t (name text, description text, tone text, hands_out boolean, place integer)
  returning id, name)
insert into team_members (team_id, user_id, leads, added_by)
select m.id, p.person::bigint, p.place = 1, viewer_id()
  from made m join jsonb_to_recordset(%(teams)s) as t (name text, people jsonb) on t.name = m.name,
       jsonb_array_elements(t.people) with ordinality as p (person, place);

-- name: team_ids
select id, name from teams;

-- name: staff
-- Nobody sits at these keyboards: who is there today stays until the evening.
with people as (
  select p.id, p.state, p.capacity, now() + case p.state when 'online' then interval '10 hours' else interval '0' end as until,
         now() - case p.state when 'offline' then interval '19 hours' when 'away' then interval '25 minutes' else interval '0' end as seen
    from jsonb_to_recordset(%(people)s) as p (id bigint, state text, capacity smallint)
), here as (
  update memberships m set seen_at = p.seen from people p where m.user_id = p.id
)
update availability a
   set state = p.state, chosen = nullif(p.state, 'online'), capacity = p.capacity, active_at = p.until, seen_at = p.until,
       changed_at = p.seen
  from people p where a.user_id = p.id;

-- name: deeds
insert into audit_log (tenant_id, at, actor, user_id, actor_name, action, subject_name, before, after, address, agent)
select tenant_id(), now() - d.days_ago * interval '1 day', 'person', u.id, u.name, d.action, d.name, nullif(d.before, '{}'),
       nullif(d.after, '{}'), '203.0.113.' || 10 + u.id %% 40,
       'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36'
  from jsonb_to_recordset(%(deeds)s) as d (days_ago real, by bigint, action text, name text, before jsonb, after jsonb)
  join users u on u.id = d.by
 order by d.days_ago desc;

-- name: lock
select pg_advisory_xact_lock(hashtext('demo'), tenant_id()::integer);

-- name: is_told
select exists (select from contacts);

-- name: made_up_number
-- Where no simulator answers: enough to look at, not to send from.
with account as (
  insert into wabas (waba_id, name, access_token, app_secret)
  values (%(waba_id)s, %(name)s, %(access_token)s, %(app_secret)s) returning id),
number as (
  insert into phone_numbers (waba, phone_number_id, display, verified_name, quality, tier)
  select id, %(phone_number_id)s, '+34 960 11 82 40', %(name)s, 'GREEN', 'TIER_10K' from account returning id)
insert into pacing (number_id) select id from number returning number_id;

-- name: labels
insert into labels (name, tone) select * from unnest(%(names)s::text[], %(tones)s::text[]);

-- name: quick_replies
insert into quick_replies (shortcut, category, body, created_by)
select shortcut, category, body, viewer_id()
  from unnest(%(shortcuts)s::text[], %(categories)s::text[], %(bodies)s::text[]) as r (shortcut, category, body);

-- name: describe_people
update contacts c
   set email = x.email, company = x.company, variables = x.variables, language = 'es', created_at = now() - x.days * interval '1 day'
  from jsonb_to_recordset(%(people)s) as x (id bigint, email text, company text, variables jsonb, days integer)
 where c.id = x.id;

-- name: label_people
insert into contact_labels (label_id, contact_id)
select l.id, x.contact_id from unnest(%(contact_ids)s::bigint[], %(names)s::text[]) as x (contact_id, name) join labels l on l.name = x.name
on conflict do nothing;

-- name: templates
insert into message_templates
  (waba, name, language, category, header, body, footer, buttons, examples, status, reason, provider_id, quality, created_by,
   created_at, submitted_at, reviewed_at)
select %(waba)s, x.name, x.language, x.category, x.header, x.body, x.footer, x.buttons, x.examples, x.status,
       case x.status when 'rejected' then 'INVALID_FORMAT' else '' end, x.provider_id, 'GREEN', viewer_id(),
       now() - interval '40 days', now() - interval '40 days', now() - interval '40 days' + interval '3 minutes'
  from jsonb_to_recordset(%(templates)s) as x (name text, language text, category text, header jsonb, body text, footer text,
       buttons jsonb, examples jsonb, status text, provider_id text)
on conflict on constraint message_templates_identity_key do nothing;

-- name: template_ids
select name, id, waba, provider_id from message_templates where language = 'es';

-- name: name_template
update message_templates set provider_id = %(provider_id)s, status = %(status)s where id = %(id)s;

-- name: conversations
-- What nobody has waits in the queue for all that comes in, or in that of the team it is for.
insert into conversations (contact_id, number_id, status, assignee_id, team_id, unread, created_at)
select x.contact_id, %(number_id)s, x.status, x.assignee_id,
       coalesce(x.team_id, case when x.assignee_id is null then (select incoming_team from team_settings) end), x.unread, x.at
  from jsonb_to_recordset(%(conversations)s) as x (contact_id bigint, status text, assignee_id bigint, team_id bigint,
       unread integer, at timestamptz)
returning id, contact_id;

-- name: messages
insert into messages (conversation_id, public_id, direction, kind, text, payload, file_id, wamid, quoted, reaction_theirs,
  reaction_ours, status, error_code, author_id, at, sent_at, delivered_at, read_at, failed_at)
select x.conversation_id, x.public_id, x.direction, x.kind, x.text, x.payload, x.file_id, x.wamid, x.quoted, x.reaction_theirs,
       x.reaction_ours, case when x.direction = 'out' then x.status else 'received' end, x.error_code, x.author_id, x.at, o.at,
       case when x.status in ('delivered', 'read') then o.at + interval '3 seconds' end,
       case when x.status = 'read' and o.at is not null then least(o.at + interval '2 minutes', now()) end,
       case when x.status = 'failed' then o.at + interval '4 seconds' end
  from jsonb_to_recordset(%(messages)s) as x (conversation_id bigint, public_id uuid, direction text, kind text, text text,
       payload jsonb, file_id bigint, wamid text, quoted text, reaction_theirs text, reaction_ours text, status text,
       error_code integer, author_id bigint, at timestamptz)
  cross join lateral (select case when x.direction = 'out' then x.at end as at) o;

-- name: settle_conversations
-- The list shows what was said last, and the window opens with what they said last.
update conversations c
   set last_message_at = last.at, snippet = left(last.text, 200), snippet_kind = last.kind, snippet_direction = last.direction,
       last_inbound_at = (select max(m.at) from messages m where m.conversation_id = c.id and m.direction = 'in'),
       resolved_at = case when c.status = 'resolved' then last.at end
  from conversations o, lateral (
    select m.at, m.text, m.kind, m.direction from messages m
     where m.conversation_id = o.id and m.direction in ('in', 'out') order by m.at desc, m.id desc limit 1) last
 where o.id = c.id;

-- name: campaign
insert into campaigns (name, number_id, template_id, audience, variables, status, launched_at, created_by, created_at)
select %(name)s, %(number_id)s, t.id, '{"kind": "everyone"}', %(variables)s, %(status)s, %(launched_at)s::timestamptz, viewer_id(),
       coalesce(%(launched_at)s::timestamptz, now()) - interval '1 hour'
  from message_templates t where t.name = %(template)s and t.language = 'es'
returning id;

-- name: outcome
-- Of a hundred people three have not got it yet, a quarter leaves it unread, a tenth answers; of a thousand, `failing` cannot be
-- reached. Where only some had their turn, they are the first ones.
with chance as (select id, abs(hashint8(id * 7919)) %% 1000 as dice from campaign_recipients
                 where campaign_id = %(campaign_id)s and status = 'pending' order by id limit %(reached)s),
fate as (
  select id, dice, case when dice < %(failing)s then 'failed' when dice < %(failing)s + 28 then 'sent' when dice < 290 then 'delivered' else 'read' end as status,
         %(launched_at)s::timestamptz + dice * interval '150 milliseconds' as at
    from chance)
update campaign_recipients r
   set status = f.status, attempt = 1, wamid = 'wamid.demo-' || r.id, sent_at = f.at,
       delivered_at = case when f.status in ('delivered', 'read') then f.at + interval '5 seconds' end,
       read_at = case f.status when 'read' then f.at + (dice * dice %% 9000 + 40) * interval '1 second' end,
       answered_at = case when f.status = 'read' and dice > 885 then f.at + (dice * dice %% 9000 + 400) * interval '1 second' end,
       failed_at = case f.status when 'failed' then f.at + interval '6 seconds' end,
       error_code = case when f.status <> 'failed' then null when dice %% 3 = 0 or dice > 18 then 131049 else 131026 end
  from fate f where f.id = r.id
returning r.error_code;

-- name: answers
select contact_id, answered_at as at, wamid from campaign_recipients where campaign_id = %(campaign_id)s and answered_at < now();

-- name: finish_campaign
update campaigns set status = 'completed', finished_at = launched_at + interval '4 minutes' where id = %(id)s;

-- name: pause_campaign
-- As the guard would have done.
update campaigns set status = 'paused', paused_by = 'guard', stop_reason = %(reason)s, stop_facts = %(facts)s, most_capped = %(limit)s
 where id = %(id)s;
