-- Claims due rows of all running campaigns of a number, each campaign its share, retries first. Consent is asked again here:
-- whoever opted out since the launch, or was deleted, is skipped.
create or replace function claim_recipients(sending_number bigint, wanted integer, lease interval)
  returns table (id bigint, campaign_id bigint, address text, parameters jsonb, attempt integer)
  language plpgsql as $$
#variable_conflict use_column
declare
  share integer;
begin
  select ceil(wanted::numeric / greatest(count(*), 1)) into share
    from campaigns c where c.number_id = sending_number and c.status = 'sending';
  return query
  with running as (
    select c.id, t.category = 'MARKETING' as marketing
      from campaigns c join message_templates t on t.id = c.template_id
     where c.number_id = sending_number and c.status = 'sending'
  ), due as materialized (
    select d.id, d.contact_id, running.marketing from running, lateral (
      select r.id, r.contact_id from campaign_recipients r
       where r.campaign_id = running.id and r.status = 'retry' and r.next_attempt_at <= now()
       order by r.id limit share for update skip locked) d
  ), fresh as materialized (
    select f.id, f.contact_id, running.marketing from running, lateral (
      select r.id, r.contact_id from campaign_recipients r
       where r.campaign_id = running.id and r.status = 'pending'
       order by r.id limit share for update skip locked) f
  ), chosen as (
    select * from (select * from due union all select * from fresh) both_kinds limit wanted
  ), claimed as (
    update campaign_recipients r
       set status = case when k.id is null or (k.opted_out_at is not null and chosen.marketing) then 'skipped' else 'sending' end,
           skip_reason = case when k.id is null then 'no_address' when k.opted_out_at is not null and chosen.marketing
             then 'opted_out' else '' end,
           attempt = r.attempt + 1, lease_until = now() + lease, next_attempt_at = null
      from chosen left join contacts k on k.id = chosen.contact_id
     where r.id = chosen.id
    returning r.id, r.campaign_id, r.address, r.parameters, r.attempt, r.status)
  select claimed.id, claimed.campaign_id, claimed.address, claimed.parameters, claimed.attempt::integer
    from claimed where claimed.status = 'sending';
end $$;
