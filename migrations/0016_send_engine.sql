-- Limits that all processes share, the breaker, attempts, and what a campaign may decide about its own pace.

-- The messaging limit belongs to the business portfolio. Until Meta names it, an account counts as its own.
create table portfolios (
  tenant_id bigint not null default tenant_id() references tenants on delete cascade,
  id bigint generated always as identity,
  meta_id text not null default '',
  name text not null default '',
  -- TIER_250 … TIER_UNLIMITED, as Meta says it; '' while nobody knows.
  tier text not null default '',
  -- Chosen by a person; wins over the tier.
  people_by_hand integer check (people_by_hand > 0),
  -- People of the day that campaigns leave to chats and automations.
  reserve integer not null default 0 check (reserve >= 0),
  primary key (tenant_id, id)
);
create unique index portfolios_meta_key on portfolios (tenant_id, meta_id) where meta_id <> '';
call protect('portfolios', true);

alter table wabas add column portfolio_row bigint;
select set_config('app.platform', 'on', true);
insert into portfolios (tenant_id, name, tier)
  select w.tenant_id, w.waba_id, coalesce(max(n.tier), '') from wabas w
    left join phone_numbers n on n.tenant_id = w.tenant_id and n.waba = w.id group by 1, 2;
update wabas w set portfolio_row = p.id from portfolios p where p.tenant_id = w.tenant_id and p.name = w.waba_id;
alter table wabas alter column portfolio_row set not null,
  add foreign key (tenant_id, portfolio_row) references portfolios;

-- Whom a portfolio began to write to, and when the pair of business and person may next be used (1 in 6 s, 45 at once).
-- No reference to contacts: a person who was deleted still counts at Meta.
create table portfolio_people (
  tenant_id bigint not null default tenant_id(),
  portfolio bigint not null,
  contact_id bigint not null,
  -- The last message that counted: minutes of the clock, so that totals and rows cannot disagree.
  minute timestamptz,
  turn_at timestamptz not null default '-infinity',
  primary key (tenant_id, portfolio, contact_id),
  foreign key (tenant_id, portfolio) references portfolios on delete cascade
);
alter table portfolio_people set (fillfactor = 70);
call protect('portfolio_people');

create table portfolio_minutes (
  tenant_id bigint not null default tenant_id(),
  portfolio bigint not null,
  minute timestamptz not null,
  people integer not null check (people >= 0),
  primary key (tenant_id, portfolio, minute),
  foreign key (tenant_id, portfolio) references portfolios on delete cascade
);
alter table portfolio_minutes set (fillfactor = 50);
call protect('portfolio_minutes');

-- What the workspace itself allows in all, whatever its numbers could do. No row, no cap.
create table sending_caps (
  tenant_id bigint not null default tenant_id() references tenants on delete cascade,
  per_second real not null check (per_second > 0),
  burst real not null check (burst >= 1),
  tokens real not null default 0,
  refilled_at timestamptz not null default now(),
  primary key (tenant_id)
);
alter table sending_caps set (fillfactor = 50);
call protect('sending_caps', true);

alter table pacing
  -- What Meta allows the number in all; per_second and burst are the campaigns' part, the rest is left to chats.
  add column ceiling real not null default 80 check (ceiling > 0),
  add column level text not null default 'STANDARD'
    check (level in ('STANDARD', 'HIGH', 'COEXISTENCE', 'TIER_1', 'TIER_2', 'TIER_3', 'TIER_UNLIMITED', 'CUSTOM')),
  -- A person's choice stays when Meta tells something else.
  add column by_hand boolean not null default false,
  -- After 130429: the part of the rate that is left, from when it creeps back.
  add column slowed_to real not null default 1 check (slowed_to > 0 and slowed_to <= 1),
  add column slowed_at timestamptz not null default '-infinity',
  add column rate_errors integer not null default 0,
  add column rate_errors_on date not null default current_date,
  add column paused_until timestamptz not null default '-infinity';
-- It has no door for the platform, and a migration belongs to no tenant.
alter table pacing no force row level security;
update pacing set ceiling = case when per_second > 80 then 1000 when per_second <= 20 then 20 else 80 end,
                  level = case when per_second > 80 then 'HIGH' when per_second <= 20 then 'COEXISTENCE' else 'STANDARD' end;
alter table pacing force row level security;

-- Open means wait. No row is a closed one.
create table breakers (
  tenant_id bigint not null default tenant_id(),
  number_id bigint not null,
  failures integer not null default 0,
  -- Set while it is open or tries itself; probes were let through since, passed came back well.
  opened_at timestamptz,
  probes smallint not null default 0,
  passed smallint not null default 0,
  times integer not null default 0,
  reason text not null default '',
  primary key (tenant_id, number_id),
  foreign key (tenant_id, number_id) references phone_numbers on delete cascade
);
call protect('breakers', true);

alter table campaigns
  add column attempts smallint not null default 3 check (attempts between 1 and 10),
  add column base_wait real not null default 2 check (base_wait between 0.1 and 3600),
  add column longest_wait real not null default 30 check (longest_wait between 0.1 and 86400),
  -- After 131049: again a day later, at most three times, marketing only.
  add column ladder boolean not null default false,
  -- Send to so many first, wait, then to everybody. Rows up to only_to may be claimed; null means all.
  add column canary integer check (canary > 0),
  add column canary_wait interval not null default '30 minutes' check (canary_wait >= interval '0'),
  add column canary_state text not null default '' check (canary_state in ('', 'sending', 'waiting', 'passed')),
  add column canary_until timestamptz,
  add column only_to bigint,
  -- Shares of people from 0 to 1 that pause it by itself; null is off.
  add column guarded boolean not null default true,
  add column most_failed real check (most_failed between 0 and 1),
  add column most_capped real check (most_capped between 0 and 1),
  add column most_opted_out real check (most_opted_out between 0 and 1),
  add column most_blocked real check (most_blocked between 0 and 1),
  add column paused_by text not null default '' check (paused_by in ('', 'person', 'guard', 'number', 'template', 'canary')),
  add column ignored_guard boolean not null default false,
  -- On the recipient's clock: nothing goes from … to; may span midnight.
  add column quiet_from time,
  add column quiet_to time,
  add column zones text[] not null default '{}',
  add column late_policy text not null default 'ask' check (late_policy in ('ask', 'send', 'skip')),
  add column late_after interval not null default '1 hour' check (late_after > interval '0'),
  -- A repeating campaign is a pattern: each time it is due a copy goes out, named by `series`.
  add column cron text not null default '',
  add column cron_zone text not null default '',
  add column series bigint,
  -- A/B: variant 0 is the campaign's own template; see campaign_variants.
  add column test_share real check (test_share > 0 and test_share <= 1),
  add column winner_by text check (winner_by in ('read', 'answer', 'click')),
  add column winner_after interval,
  add column winner smallint,
  add column decided_at timestamptz,
  add column report_to bigint[] not null default '{}',
  add column reported_at timestamptz,
  add foreign key (tenant_id, series) references campaigns on delete set null (series),
  add check ((quiet_from is null) = (quiet_to is null)),
  add check (cron = '' or cron_zone <> '');
create index campaigns_deciding on campaigns (decided_at) where status = 'sending' and test_share is not null and winner is null;

create table campaign_variants (
  tenant_id bigint not null default tenant_id(),
  campaign_id bigint not null,
  place smallint not null check (place between 0 and 3),
  template_id bigint not null,
  variables jsonb not null default '{}',
  primary key (tenant_id, campaign_id, place),
  foreign key (tenant_id, campaign_id) references campaigns on delete cascade,
  foreign key (tenant_id, template_id) references message_templates
);
call protect('campaign_variants');

alter table campaign_recipients
  -- Where the person's clock is, by number; '' where the campaign has no quiet hours.
  add column zone text not null default '',
  -- Which text; null waits for the winner.
  add column variant smallint,
  -- Attempts before the last time somebody asked for another round.
  add column rounds_before smallint not null default 0,
  add column capped_times smallint not null default 0,
  drop constraint campaign_recipients_status_check,
  add constraint campaign_recipients_status_check check (status in
    ('pending', 'retry', 'sending', 'uncertain', 'held', 'sent', 'failed', 'delivered', 'read', 'skipped', 'cancelled'));
create index campaign_recipients_zones on campaign_recipients (tenant_id, campaign_id, zone, id) where status = 'pending' and zone <> '';

-- Short links: one row per address and campaign; whose click it was stands in the link itself.
create table tracked_links (
  tenant_id bigint not null default tenant_id(),
  id bigint generated always as identity,
  campaign_id bigint not null,
  url text not null check (url ~ '^https?://'),
  primary key (tenant_id, id),
  constraint tracked_links_url_key unique (tenant_id, campaign_id, url),
  foreign key (tenant_id, campaign_id) references campaigns on delete cascade
);
call protect('tracked_links', true);

create table link_clicks (
  tenant_id bigint not null default tenant_id(),
  link_id bigint not null,
  recipient_id bigint not null,
  clicks integer not null default 1,
  first_at timestamptz not null default now(),
  last_at timestamptz not null default now(),
  primary key (tenant_id, link_id, recipient_id),
  foreign key (tenant_id, link_id) references tracked_links on delete cascade,
  foreign key (tenant_id, recipient_id) references campaign_recipients on delete cascade
);
create index link_clicks_recipient on link_clicks (tenant_id, recipient_id);
call protect('link_clicks', true);

-- Operators of the whole installation, made on the command line only.
alter table users add column super_admin boolean not null default false;
