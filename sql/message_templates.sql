-- name: find
select id, waba, name, language, category, header, body, footer, buttons, examples, status, reason, provider_id, quality,
       created_at, submitted_at, reviewed_at
  from message_templates where id = %(id)s;

-- name: search
-- An account has at most 6,000 of these, so words are looked for by a scan.
select id, waba, name, language, category, header, body, footer, buttons, examples, status, reason, provider_id, quality,
       created_at, submitted_at, reviewed_at
  from message_templates
 where (%(last)s::bigint is null or id < %(last)s)
   and (case when %(status)s = '' then status <> 'deleted' else status = %(status)s end)
   and (%(category)s = '' or category = %(category)s)
   and (%(words)s = '' or strpos(name, replace(fold(%(words)s), ' ', '_')) > 0 or strpos(fold(body), fold(%(words)s)) > 0)
 order by id desc limit 51;

-- name: approved
-- Those that a number can send: its account's.
select id, waba, name, language, category, header, body, footer, buttons, examples, status, reason, provider_id, quality,
       created_at, submitted_at, reviewed_at
  from message_templates
 where status = 'approved' and waba = (select waba from phone_numbers where id = %(number_id)s)
 order by name, language;

-- name: create
insert into message_templates (waba, name, language, category, header, body, footer, buttons, examples, created_by)
values (%(waba)s, %(name)s, %(language)s, %(category)s, %(header)s, %(body)s, %(footer)s, %(buttons)s, %(examples)s, %(by)s)
returning id;

-- name: change
-- No row comes back once WhatsApp is looking at it.
update message_templates
   set name = %(name)s, language = %(language)s, category = %(category)s, header = %(header)s, body = %(body)s,
       footer = %(footer)s, buttons = %(buttons)s, examples = %(examples)s, status = 'draft', reason = ''
 where id = %(id)s and status in ('draft', 'rejected', 'paused')
returning id;

-- name: submit
update message_templates set status = 'pending', reason = '', submitted_at = now()
 where id = %(id)s and status in ('draft', 'rejected', 'paused')
returning id;

-- name: accepted
-- The review may have come sooner than the answer, and then it stays.
update message_templates
   set provider_id = %(provider_id)s, category = %(category)s, reason = %(reason)s,
       status = case when status = 'pending' then %(status)s else status end
 where id = %(id)s;

-- name: take_back
update message_templates set status = 'draft', submitted_at = null where id = %(id)s and status = 'pending';

-- name: delete
delete from message_templates where id = %(id)s;

-- name: mark_deleted
update message_templates set status = 'deleted', reason = '' where id = %(id)s;

-- name: review
-- By Meta's id, or by its name while our own record of the id is still on its way. A newer review is never undone by an older.
update message_templates t
   set status = case when t.status = 'draft' then t.status else coalesce(%(status)s, t.status) end,
       category = coalesce(%(category)s, t.category), provider_id = %(provider_id)s,
       reason = case when %(reason)s = '' and starts_with(t.reason, 'CATEGORY') then t.reason else %(reason)s end,
       reviewed_at = coalesce(%(at)s::timestamptz, now())
  from wabas w
 where w.id = t.waba and w.waba_id = %(waba_id)s
   and (t.provider_id = %(provider_id)s or t.provider_id is null and t.name = %(name)s and t.language = %(language)s)
   and (t.reviewed_at is null or coalesce(%(at)s::timestamptz, now()) >= date_trunc('second', t.reviewed_at))
returning t.id, t.status;

-- name: note_quality
update message_templates t set quality = %(quality)s
  from wabas w
 where w.id = t.waba and w.waba_id = %(waba_id)s and t.provider_id = %(provider_id)s
returning t.id, t.status;

-- name: account
select id from wabas where waba_id = %(waba_id)s;

-- name: accounts_everywhere
-- Of every workspace, those with a number that is connected.
select distinct tenant_id, waba from phone_numbers where disconnected_at is null;

-- name: take_over
-- What WhatsApp has is the truth, except for words that somebody is just rewriting here.
insert into message_templates as t
  (waba, name, language, category, header, body, footer, buttons, examples, status, reason, provider_id, quality)
select %(waba)s, x.name, x.language, x.category, x.header, x.body, x.footer, x.buttons, x.examples, x.status, x.reason,
       x.provider_id, x.quality
  from jsonb_to_recordset(%(templates)s) as x(name text, language text, category text, header jsonb, body text, footer text,
       buttons jsonb, examples jsonb, status text, reason text, provider_id text, quality text)
on conflict on constraint message_templates_identity_key do update
   set category = excluded.category, header = excluded.header, body = excluded.body, footer = excluded.footer,
       buttons = excluded.buttons, examples = excluded.examples, provider_id = excluded.provider_id,
       quality = excluded.quality, status = excluded.status,
       reason = case when t.status = excluded.status then t.reason else excluded.reason end
 where t.status <> 'draft' or t.provider_id is null;

-- name: mark_missing
update message_templates set status = 'deleted', reason = ''
 where waba = %(waba)s and status not in ('draft', 'deleted') and provider_id is not null and provider_id <> all(%(provider_ids)s)
   and coalesce(submitted_at, created_at) < now() - interval '5 minutes';

-- name: take_back_lost
-- Handed over without an answer, and five minutes later WhatsApp does not know them.
update message_templates set status = 'draft', reason = 'LOST'
 where waba = %(waba)s and status = 'pending' and provider_id is null and submitted_at < now() - interval '5 minutes';
