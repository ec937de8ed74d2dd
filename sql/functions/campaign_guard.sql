-- Whether a campaign says anything that WhatsApp counts as marketing now, in its own text or in a variant.
create or replace function is_marketing(campaign bigint) returns boolean language sql stable as $$
  select exists (
    select from campaigns c join message_templates t
        on t.id = c.template_id or t.id in (select v.template_id from campaign_variants v where v.campaign_id = c.id)
     where c.id = campaign and t.category = 'MARKETING')
$$;
