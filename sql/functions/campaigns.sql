-- Who gets a campaign, what fills the variables of each, and who is skipped and why. The form counts with it and the
-- launch turns it into rows, so the two cannot disagree.

-- A value as a template can carry it: Meta refuses line breaks, tabs and more than four spaces in a row (132018).
create or replace function one_line(value text) returns text language sql immutable parallel safe
  return btrim(case when value ~ '[\n\r\t]|    ' then regexp_replace(value, '\s*[\n\r\t]\s*| {4,}', ' ', 'g') else value end);

create or replace function campaign_audience(audience jsonb, variables jsonb, marketing boolean, names text[])
  returns table (contact_id bigint, address text, parameters jsonb, skip_reason text)
  language sql stable as $$
  with members as (
    select c.* from contacts c where audience ->> 'kind' = 'everyone'
    union all
    select c.* from contacts c
     where audience ->> 'kind' = 'labels' and c.id in (
       select l.contact_id from contact_labels l
        where l.label_id in (select value::bigint from jsonb_array_elements_text(audience -> 'ids')))
    union all
    select c.* from contacts c
      join contact_import_members m on m.contact_id = c.id
     where audience ->> 'kind' = 'import' and m.import_id = (audience ->> 'id')::bigint
  ), addressed as (
    -- A number that WhatsApp itself named is surer than one that somebody typed.
    select m.id, coalesce(min('+' || i.value) filter (where i.kind = 'wa_id'), min(i.value) filter (where i.kind = 'phone'),
                          min(i.value) filter (where i.kind = 'bsuid'), '') as address
      from members m left join contact_identities i on i.contact_id = m.id and i.kind in ('wa_id', 'phone', 'bsuid')
     group by m.id
  )
  select m.id, a.address, coalesce(filled.parameters, '[]'),
         case when a.address = '' then 'no_address'
              when marketing and m.opted_out_at is not null then 'opted_out'
              when filled.missing then 'missing_variable'
              when filled.length > 1024 then 'text_too_long'
              else '' end
    from members m join addressed a on a.id = m.id
    left join lateral (
      select jsonb_agg(value order by place) as parameters, bool_or(value = '') as missing, sum(length(value)) as length
        from (select place, coalesce(nullif(one_line(case
                       when wish ? 'text' then wish ->> 'text'
                       when wish ->> 'field' = 'name' then m.name
                       when wish ->> 'field' = 'first_name' then split_part(btrim(m.name), ' ', 1)
                       when wish ->> 'field' = 'phone' then a.address
                       when wish ->> 'field' = 'email' then m.email
                       when wish ->> 'field' = 'company' then m.company
                       when wish ->> 'field' = 'language' then m.language
                       when wish ->> 'field' like 'variables.%' then m.variables ->> substr(wish ->> 'field', 11)
                     end), ''), one_line(wish ->> 'fallback'), '') as value
                from unnest(names) with ordinality as n (name, place), lateral (select campaign_audience.variables -> n.name) w (wish)) v
    ) filled on names <> '{}'
$$;
