-- name: opt_out
-- State and proof in one statement. Whoever is out already stays as they are, unless they want even less; what was said before
-- the last entry, or says the same once more, is old news. Answers why they had been out before, if they had.
with said as (
  select distinct on (id) id, least(at, now()) as at, wamid, text
    from unnest(%(ids)s::bigint[], %(moments)s::timestamptz[], %(wamids)s::text[], %(texts)s::text[]) s (id, at, wamid, text)
   order by id, at
), before as (
  select c.id, c.opt_out_reason as reason, said.at, said.wamid, said.text
    from contacts c join said on said.id = c.id
   where (c.opted_out_at is null or c.opted_out_scope = 'marketing' and %(scope)s = 'all')
     and not exists (select from consent_events e where e.contact_id = c.id
                        and (e.at > said.at or e.at = said.at and e.what = 'opted_out' and e.how = %(how)s))
   order by c.id for update of c
), changed as (
  update contacts c
     set opted_out_at = coalesce(c.opted_out_at, b.at), opted_out_scope = %(scope)s, opt_out_reason = %(how)s, updated_at = now()
    from before b where c.id = b.id
), noted as (
  insert into consent_events (contact_id, address, what, scope, how, wamid, text, by_user, at)
  select id, coalesce(address_of(id), ''), 'opted_out', %(scope)s, %(how)s, wamid, left(text, 500), %(by)s, at from before
)
select id, reason from before;

-- name: opt_in
-- WhatsApp's switch is about marketing: it does not undo that somebody wants nothing at all.
with said as (
  select distinct on (id) id, least(at, now()) as at, wamid, text
    from unnest(%(ids)s::bigint[], %(moments)s::timestamptz[], %(wamids)s::text[], %(texts)s::text[]) s (id, at, wamid, text)
   order by id, at desc
), before as (
  select c.id, c.opt_out_reason as reason, c.opted_out_scope as scope, said.at, said.wamid, said.text
    from contacts c join said on said.id = c.id
   where c.opted_out_at <= said.at and (c.opted_out_scope = 'marketing' or %(how)s <> 'whatsapp')
     and not exists (select from consent_events e where e.contact_id = c.id and e.at > said.at)
   order by c.id for update of c
), changed as (
  update contacts c set opted_out_at = null, opted_out_scope = 'marketing', opt_out_reason = '', updated_at = now()
    from before b where c.id = b.id
), noted as (
  insert into consent_events (contact_id, address, what, scope, how, wamid, text, by_user, at)
  select id, coalesce(address_of(id), ''), 'opted_in', scope, %(how)s, wamid, left(text, 500), %(by)s, at from before
)
select id, reason from before;

-- name: ledger
-- Also what was said under an earlier contact with one of their numbers. A handful of entries a person, so no pages.
select e.id, e.what, e.scope, e.how, e.wamid, e.text, coalesce(u.name, '') as by, e.at
  from consent_events e left join users u on u.id = e.by_user
 where e.contact_id = %(id)s or e.address in (
   select case kind when 'wa_id' then '+' || value else value end from contact_identities
    where contact_id = %(id)s and kind <> 'username')
 order by e.at desc, e.id desc limit 50;

-- name: portfolios
select waba_id, portfolio from wabas where waba_id = any(%(wabas)s);
