-- Where the clocks of phone numbers are, what the guard compares, and that a repeating campaign goes out once for each time.

-- Numbers as their first nine digits: a row reaches to the next one. The first zone is where most of its people live.
-- Read by everybody and nobody's own; app/campaigns/quiet.py fills it when the numbering plans change.
create table phone_zones (
  place integer primary key,
  first integer not null,
  zones text[] not null,
  release text not null
);

alter table campaigns
  -- From this quality of the number on it waits; '' is never.
  add column quality_stop text not null default 'RED' check (quality_stop in ('', 'YELLOW', 'RED')),
  -- Whether a template of it was marketing when it began: a utility template that becomes one asks for other consent.
  add column was_marketing boolean,
  -- What was counted when Recado paused it: {"people", "of", "limit"}.
  add column stop_facts jsonb;

create unique index campaigns_series_key on campaigns (tenant_id, series, scheduled_at) where series is not null;
create index contacts_opted_out_lately on contacts (tenant_id, opted_out_at) where opted_out_at is not null;
