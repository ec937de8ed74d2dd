-- What the live inbox needs from the database: the rank of a status, announcements in sets, the thread, handing over.

-- Statuses only rise. Meta sends failed after sent, and delivered may follow failed; read implies delivered.
create or replace function message_statuses() returns text[] language sql immutable parallel safe
  return array['received', 'pending', 'sending', 'uncertain', 'sent', 'failed', 'delivered', 'read', 'played'];

create or replace function message_rank(status text) returns integer language sql immutable parallel safe
  return array_position(message_statuses(), status);

-- The set-based twin of app/core/live.py: a batch of a thousand messages is one statement, not a thousand round trips.
create or replace function announce(topic text, name text, id bigint default 0) returns void language sql
  return pg_notify('live', json_build_object('tenant', tenant_id(), 'topic', topic, 'name', name, 'id', id)::text);

-- Where a message to this person goes: the id they wrote from is surest, their number is next.
create or replace function address_of(person bigint) returns text language sql stable as $$
  select case i.kind when 'wa_id' then '+' || i.value else i.value end from contact_identities i
   where i.contact_id = person and i.kind in ('wa_id', 'phone', 'bsuid')
   order by array_position(array['wa_id', 'phone', 'bsuid'], i.kind), i.value limit 1
$$;

-- The last of the edits, deletions or reactions that a message has met with.
create or replace function latest_change(conversation bigint, target text, what text) returns table (text text, at timestamptz)
  language sql stable as $$
  select m.text, m.at from messages m
   where m.conversation_id = conversation and m.quoted = target and m.kind = what and m.direction = 'event'
   order by m.at desc, m.id desc limit 1
$$;

-- Handing a conversation over takes it out of the giver's own sight, which row-level security forbids to an update:
-- so this one looks with the eyes of the workspace. Whoever calls it has found the conversation with their own.
-- A team keeps it only while it is in its queue or with one of its people.
drop function if exists hand_over(bigint, bigint);
create or replace function hand_over(conversation bigint, person bigint, team bigint) returns void language plpgsql as $$
declare
  sight text := coalesce(current_setting('app.sees_all', true), '');
begin
  perform set_config('app.sees_all', 'on', true);
  update conversations set assignee_id = person, team_id = case when person is null
      or exists (select from team_members m where m.team_id = team and m.user_id = person) then team end
   where id = conversation;
  perform set_config('app.sees_all', sight, true);
end $$;

-- What a campaign message needs to be drawn as the person saw it.
create or replace function campaign_payload(campaign campaigns, template message_templates, parameters jsonb) returns jsonb
  language sql immutable as $$
  select jsonb_build_object('campaign_id', campaign.id, 'campaign', campaign.name, 'footer', template.footer, 'buttons', template.buttons,
    'values', parameters, 'header', case when template.header ->> 'text' like '%{{%' then jsonb_set(template.header, '{text}', to_jsonb(
      -- Values come in one row: the body's, the header's, those of buttons.
      regexp_replace(template.header ->> 'text', '\{\{[^{}]*\}\}', replace(coalesce(parameters ->> (jsonb_array_length(parameters) - 1 - (
        select count(*) from jsonb_array_elements(template.buttons) b
         where b ->> 'kind' = 'COPY_CODE' or (b ->> 'kind' = 'URL' and b ->> 'value' like '%{{%'))::int), ''), '\', '\\'))))
      else template.header end)
$$;

-- The message that another one answers to, be it one of the thread or of a campaign.
drop function if exists quoted(bigint, text);
create function quoted(conversation bigint, target text)
  returns table (public_id text, direction text, kind text, text text, payload jsonb) language sql stable as $$
  select m.public_id::text, m.direction, m.kind, case when m.revoked_at is null then m.text else '' end, m.payload
    from messages m where m.conversation_id = conversation and m.wamid = target
  union all
  select 'campaign-' || r.id, 'out', 'template', t.body, campaign_payload(p, t, own_values(r.parameters, r.variant))
    from conversations c
    join campaign_recipients r on r.contact_id = c.contact_id and r.wamid = target
    join campaigns p on p.id = r.campaign_id
    left join campaign_variants v on v.campaign_id = p.id and v.place = r.variant
    join message_templates t on t.id = coalesce(v.template_id, p.template_id)
   where c.id = conversation
   limit 1
$$;

-- What was said before a moment, newest first: messages, and the campaign messages that the person got on this number.
-- Keys are ids, negative for campaign messages. Each arm is limited by itself, so a thread of a million costs a page.
drop function if exists thread(bigint, timestamptz, bigint, integer);
create function thread(conversation bigint, before timestamptz, before_key bigint, size integer) returns table (
  key bigint, conversation_id bigint, public_id text, direction text, kind text, text text, payload jsonb, file_id bigint, wamid text,
  reaction_theirs text, reaction_ours text, status text, error_code integer, error_detail text, author text, at timestamptz,
  edited_at timestamptz, revoked_at timestamptz, sent_at timestamptz, delivered_at timestamptz, read_at timestamptz,
  quote_id text, quote_direction text, quote_kind text, quote_text text, quote_payload jsonb
) language sql stable as $$
  with page as (
    (select m.id as key, m.public_id::text as public_id, m.direction, m.kind, m.text, m.payload, m.file_id, m.wamid, m.quoted,
            m.reaction_theirs, m.reaction_ours, m.status, m.error_code, m.error_detail, m.author_id, m.at, m.edited_at,
            m.revoked_at, m.sent_at, m.delivered_at, m.read_at
       from messages m
      where m.conversation_id = conversation and (m.at, m.id) < (before, before_key)
        and not (m.direction = 'event' and m.quoted is not null)
      order by m.at desc, m.id desc limit size)
    union all
    (select -r.id, 'campaign-' || r.id, 'out', 'template', t.body, campaign_payload(p, t, own_values(r.parameters, r.variant)), null, r.wamid, null,
            r.reaction_theirs, '', r.status, null, '', null, r.sent_at, null, null, r.sent_at, r.delivered_at, r.read_at
       from conversations c
       join campaign_recipients r on r.contact_id = c.contact_id
       join campaigns p on p.id = r.campaign_id and p.number_id = c.number_id
       left join campaign_variants v on v.campaign_id = p.id and v.place = r.variant
       join message_templates t on t.id = coalesce(v.template_id, p.template_id)
      where c.id = conversation and r.status in ('sent', 'delivered', 'read') and r.sent_at is not null
        and (r.sent_at, -r.id) < (before, before_key)
      order by r.sent_at desc, r.id limit size)
    order by at desc, key desc limit size
  )
  select g.key, conversation, g.public_id, g.direction, g.kind, g.text, g.payload, g.file_id, g.wamid, g.reaction_theirs,
         g.reaction_ours, g.status, g.error_code, g.error_detail, coalesce(u.name, ''), g.at, g.edited_at, g.revoked_at, g.sent_at,
         g.delivered_at, g.read_at, o.public_id, o.direction, o.kind, o.text, o.payload
    from page g
    left join users u on u.id = g.author_id
    left join lateral quoted(conversation, g.quoted) o on g.quoted is not null
   order by g.at desc, g.key desc
$$;

-- A conversation as lists and heads show it.
drop view if exists inbox_rows;
create view inbox_rows with (security_invoker = true) as
  select c.id, c.contact_id, c.number_id, c.status, c.assignee_id, coalesce(u.name, '') as assignee,
         coalesce(a.state, 'offline') as assignee_state, c.team_id, coalesce(t.name, '') as team, coalesce(t.tone, '') as team_tone, c.unread,
         c.last_inbound_at, c.last_message_at, c.snippet, c.snippet_kind, c.snippet_direction, c.resolved_at,
         p.name, p.email, p.company, p.language, p.variables, p.opted_out_at,
         case when p.opted_out_at is null then '' else p.opted_out_scope end as opted_out_scope, p.opt_out_reason,
         coalesce((select min(i.value) from contact_identities i where i.contact_id = c.contact_id and i.kind = 'phone'), '') as phone,
         coalesce((select min(i.value) from contact_identities i where i.contact_id = c.contact_id and i.kind = 'username'), '') as username,
         n.display as number, n.verified_name, n.disconnected_at is not null as disconnected,
         coalesce((select json_agg(json_build_object('id', l.id, 'name', l.name, 'tone', l.tone) order by l.name)
            from contact_labels cl join labels l on l.id = cl.label_id where cl.contact_id = c.contact_id), '[]') as labels,
         case c.snippet_direction when 'out' then (select m.status from messages m
            where m.conversation_id = c.id and m.direction = 'out' order by m.at desc, m.id desc limit 1) end as snippet_status
    from conversations c
    join contacts p on p.id = c.contact_id
    join phone_numbers n on n.id = c.number_id
    left join users u on u.id = c.assignee_id
    left join availability a on a.user_id = c.assignee_id
    left join teams t on t.id = c.team_id;
