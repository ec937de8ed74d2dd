-- Texts of a campaign that are tried or changed, links, exports, and who is told when it is over.

-- The code of a link names its tenant: nobody comes through the platform's door, which would keep indexes from being used.
drop policy platform_door on tracked_links;
drop policy platform_door on link_clicks;

alter table campaigns
  -- The last person of the test; whoever comes after them gets the winner.
  add column test_to bigint,
  -- Who is told of the end besides report_to: phones, over WhatsApp, while their window is open.
  add column report_phones text[] not null default '{}';

-- A text that was changed on the way gets a place of its own, so that those before keep what they read. Tests use 0 to 3.
alter table campaign_variants
  drop constraint campaign_variants_place_check,
  add constraint campaign_variants_place_check check (place between 0 and 99);

create index campaign_recipients_variant on campaign_recipients (tenant_id, campaign_id, variant, id, status) where variant is not null;
create index campaign_recipients_answered on campaign_recipients (tenant_id, campaign_id, variant, id) where answered_at is not null;

create table campaign_exports (
  tenant_id bigint not null default tenant_id(),
  id bigint generated always as identity,
  campaign_id bigint not null,
  kind text not null check (kind in ('csv', 'xlsx')),
  -- As the page filters: waiting, sent, failed, …; '' is everybody.
  filter text not null default '',
  language text not null,
  time_zone text not null,
  status text not null default 'running' check (status in ('running', 'done', 'failed')),
  rows integer not null default 0,
  file_id bigint,
  created_by bigint references users on delete set null,
  created_at timestamptz not null default now(),
  finished_at timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, campaign_id) references campaigns on delete cascade,
  foreign key (tenant_id, file_id) references files on delete set null (file_id)
);
create index campaign_exports_campaign on campaign_exports (tenant_id, campaign_id, id);
call protect('campaign_exports');

-- The end of a campaign, once for each person who is to know of it.
create table campaign_reports (
  tenant_id bigint not null default tenant_id(),
  campaign_id bigint not null,
  user_id bigint not null references users on delete cascade,
  made_at timestamptz not null default now(),
  seen_at timestamptz,
  primary key (tenant_id, campaign_id, user_id),
  foreign key (tenant_id, campaign_id) references campaigns on delete cascade
);
create index campaign_reports_new on campaign_reports (tenant_id, user_id) where seen_at is null;
call protect('campaign_reports');
