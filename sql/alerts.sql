-- name: find
select * from named_alerts where id = %(id)s;

-- name: search
-- Open ones first, then the latest. They are few: nobody keeps a thousand things open.
select * from named_alerts
 where (%(only)s = '' or (%(only)s = 'open') = (resolved_at is null))
   and (%(kind)s = '' or kind = %(kind)s)
   and (%(severity)s = '' or severity = %(severity)s)
   and (%(last)s::bigint is null or (resolved_at is not null, -id) > (%(resolved)s, -%(last)s::bigint))
 order by resolved_at is not null, -id limit 51;

-- name: open
select count(*), coalesce(bool_or(severity = 'critical'), false) as critical from alerts where resolved_at is null;

-- name: wanted
select 'alerts' <> all(modules_off) from tenants where id = tenant_id();

-- name: note
-- Something that goes on keeps its row. What is only looked at again has not happened again.
insert into alerts as a (kind, severity, subject, key, facts)
select f.kind, f.severity, f.subject, f.key, f.facts
  from jsonb_to_recordset(%(found)s::jsonb) as f (kind text, severity text, subject text, key text, facts jsonb)
on conflict (tenant_id, kind, subject, key) where resolved_at is null do update
   set last_at = now(), times = a.times + %(counts)s::int, facts = excluded.facts, severity = excluded.severity
returning id, xmax = 0 as is_new;

-- name: is_told
-- Also when somebody has put it away by hand, knowing the day.
select true from alerts where kind = %(kind)s and key = %(key)s and severity = %(severity)s and facts ->> 'day' = %(day)s and not by_itself;

-- name: resolve
update alerts set resolved_at = now(), resolved_by = %(by)s where id = %(id)s and resolved_at is null returning id;

-- name: acknowledge
update alerts set acknowledged_at = now(), acknowledged_by = %(by)s where id = %(id)s and resolved_at is null returning id;

-- name: settle
-- One kind about one thing is over: a reaction to an event.
update alerts set resolved_at = now(), by_itself = true
 where kind = %(kind)s and subject = %(subject)s and key = %(key)s and resolved_at is null returning id;

-- name: settle_missing
-- What was found by looking and is found no more.
update alerts a set resolved_at = now(), by_itself = true
 where a.resolved_at is null and a.kind = any(%(kinds)s) and not exists (
   select from jsonb_to_recordset(%(found)s::jsonb) as f (kind text, key text) where f.kind = a.kind and f.key = a.key)
returning id;

-- name: settle_recovered
-- What was told by an event, and whose cause is gone whoever removed it. A number counts as well only if WhatsApp said so since.
update alerts a set resolved_at = now(), by_itself = true
 where a.resolved_at is null and case a.kind
   when 'number_stopped' then not exists (
     select from phone_numbers n where n.id = a.key::bigint and n.disconnected_at is null
        and not (n.status = 'CONNECTED' and n.can_send <> 'BLOCKED' and n.checked_at > a.last_at))
   when 'quality_fell' then not exists (
     select from phone_numbers n where n.id = a.key::bigint and n.disconnected_at is null and n.quality <> 'GREEN')
   when 'token_ends' then not exists (select from phone_numbers n where n.id = a.key::bigint and n.disconnected_at is null)
   when 'breaker_open' then not exists (
     select from breakers b join phone_numbers n on n.id = b.number_id
      where b.number_id = a.key::bigint and b.opened_at is not null and n.disconnected_at is null)
   when 'template_stopped' then not exists (
     select from message_templates t where t.id = a.key::bigint and t.status <> 'deleted'
        and not (t.status = 'approved' and (a.facts ->> 'status' <> 'approved' or t.reviewed_at > a.last_at)))
   when 'campaign_paused' then not exists (select from campaigns c where c.id = a.key::bigint and c.status = 'paused')
   else false end
returning id;

-- name: template_status
select status from message_templates where id = %(id)s;

-- name: forget_resolved
-- Through the platform's door.
delete from alerts where resolved_at < now() - %(kept)s;

-- name: claim_tellings
-- Who is to be told now, once: channels that want it, unless they heard of it within their cool-down and nothing came since.
insert into alert_tellings as t (channel_id, kind, subject, key, alert_id)
select c.id, a.kind, a.subject, a.key, a.id
  from alerts a join alert_channels c on c.enabled
   and array_position(array['info', 'warning', 'critical'], a.severity) >= array_position(array['info', 'warning', 'critical'], c.least)
   and (c.kinds = '{}' or a.kind = any(c.kinds))
 where a.resolved_at is null and a.acknowledged_at is null
on conflict (tenant_id, channel_id, kind, subject, key) do update set alert_id = excluded.alert_id, told_at = now()
 where t.told_at <= now() - (select c.cool_down from alert_channels c where c.id = t.channel_id)
   and t.told_at < (select a.last_at from alerts a where a.id = excluded.alert_id)
returning channel_id, alert_id;

-- name: told
-- Whoever heard that it began hears that it is over.
select t.channel_id, t.alert_id from alert_tellings t join alert_channels c on c.id = t.channel_id
 where t.alert_id = any(%(ids)s) and c.enabled;
