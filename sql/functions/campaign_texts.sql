-- The texts of a campaign: its own is 0, those of a test or of a change on the way have places of their own.

-- The variables of all its texts in one: those of text 1 are called "1:name", so that one pass over the audience fills them all.
create or replace function campaign_variables(campaign campaigns) returns jsonb language sql stable as $$
  select campaign.variables || coalesce((
    select jsonb_object_agg(v.place || ':' || e.key, e.value)
      from campaign_variants v, jsonb_each(v.variables) e where v.campaign_id = campaign.id), '{}')
$$;

-- Where the values of each text stand in such a row; null for a campaign with one text, whose rows stay as they are.
create or replace function campaign_slices(campaign bigint, names text[]) returns jsonb language sql stable as $$
  select case when bool_or(place > 0) then jsonb_object_agg(place, path) end from (
    select t.place, '$[' || min(n.at) - 1 || ' to ' || max(n.at) - 1 || ']' as path
      from (select 0 as place union all select v.place from campaign_variants v where v.campaign_id = campaign) t
      left join lateral (
        select at from unnest(names) with ordinality u (name, at)
         where case when strpos(name, ':') > 0 then split_part(name, ':', 1)::int else 0 end = t.place) n on true
     group by t.place) slices
$$;

create or replace function by_text(parameters jsonb, slices jsonb) returns jsonb language sql immutable parallel safe as $$
  select case when slices is null then parameters else (
    select jsonb_object_agg(key, case when value is null then '[]' else jsonb_path_query_array(parameters, value::jsonpath) end)
      from jsonb_each_text(slices)) end
$$;

-- What this person's text was filled with, as they read it. Marks before an address say that a link of their own was sent.
create or replace function own_values(parameters jsonb, variant smallint) returns jsonb language sql immutable parallel safe as $$
  select translate(coalesce(case jsonb_typeof(parameters) when 'object' then parameters -> coalesce(variant, 0)::text else parameters end,
    '[]')::text, e'\ue002\ue003', '')::jsonb
$$;
