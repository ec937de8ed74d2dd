-- Who runs the installation: their own sign-in, plans and limits of workspaces, announcements, and help from inside.

create table platform_sessions (
  token_hash bytea primary key,
  user_id bigint not null references users on delete cascade,
  address text not null default '',
  created_at timestamptz not null default now(),
  expires_at timestamptz not null
);
alter table platform_sessions enable row level security;
alter table platform_sessions force row level security;
create policy platform_door on platform_sessions using ((select platform()));

-- Null is no limit. Installations of one company need none, so every workspace begins with the last one.
create table plans (
  id text primary key check (id ~ '^[a-z]{2,20}$'),
  place smallint not null unique,
  members integer check (members > 0),
  numbers integer check (numbers > 0),
  per_second real check (per_second > 0)
);
alter table plans enable row level security;
alter table plans force row level security;
create policy everybody_reads on plans for select using ((select platform()) or (select tenant_id()) is not null);
create policy platform_door on plans using ((select platform()));
select set_config('app.platform', 'on', true);
insert into plans values ('free', 1, 3, 1, 10), ('starter', 2, 10, 2, 80), ('pro', 3, 50, 10, 1000), ('enterprise', 4, null, null, null);

alter table tenants
  add column plan text not null default 'enterprise' references plans,
  -- A workspace's own limits win over those of its plan.
  add column members_limit integer check (members_limit > 0),
  add column numbers_limit integer check (numbers_limit > 0),
  add column rate_limit real check (rate_limit > 0);

create table workspace_usage (
  tenant_id bigint not null default tenant_id() references tenants on delete cascade,
  contacts bigint not null default 0,
  messages bigint not null default 0,
  campaigns_running integer not null default 0,
  numbers integer not null default 0,
  numbers_troubled integer not null default 0,
  alerts integer not null default 0,
  measured_at timestamptz not null default now(),
  primary key (tenant_id)
);
call protect('workspace_usage', true);

create table announcements (
  id bigint generated always as identity primary key,
  -- Language to text; who reads another one gets the English, else the first.
  texts jsonb not null check (texts <> '{}'),
  tone text not null default 'info' check (tone in ('info', 'warning', 'danger')),
  starts_at timestamptz not null default now(),
  ends_at timestamptz not null,
  created_by bigint references users on delete set null,
  created_at timestamptz not null default now(),
  check (ends_at > starts_at)
);
alter table announcements enable row level security;
alter table announcements force row level security;
create policy everybody_reads on announcements for select using ((select platform()) or (select tenant_id()) is not null);
create policy platform_door on announcements using ((select platform()));

-- A session in which somebody of the platform works as a member of a workspace, for a reason that its log shows.
alter table sessions
  add column impersonator_id bigint references users on delete cascade,
  add column impersonation_reason text not null default '',
  add constraint sessions_reason_check check ((impersonator_id is null) = (impersonation_reason = ''));
