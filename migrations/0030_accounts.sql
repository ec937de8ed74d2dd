-- What proves a person: an address that answers, a second factor, sessions that can be told apart.

alter table users
  -- Empty is that of the workspace.
  add column time_zone text not null default '',
  -- Sign-up empties it and asks; who comes by an invitation or the command line is known already.
  add column email_confirmed_at timestamptz default now(),
  -- Sealed. From `totp_since` on, signing in takes a code as well.
  add column totp_secret bytea,
  add column totp_since timestamptz,
  -- The thirty seconds of the last accepted code, because none is accepted twice.
  add column totp_step bigint not null default 0,
  add constraint users_totp_check check ((totp_secret is null) = (totp_since is null));

alter table tenants add column two_factor_required boolean not null default false;

alter table sessions
  add column id uuid not null default gen_random_uuid(),
  -- A program has a refresh token where a browser has a cookie.
  add column kind text not null default 'browser' check (kind in ('browser', 'program')),
  add column address text not null default '',
  add column agent text not null default '' check (length(agent) <= 400),
  add column two_factor boolean not null default false,
  add constraint sessions_id_key unique (id);
create index sessions_user on sessions (user_id);

-- What was mailed to prove an address: it works once, and not for long.
create table account_links (
  token_hash bytea primary key,
  user_id bigint not null references users on delete cascade,
  purpose text not null check (purpose in ('confirm', 'change_email', 'reset')),
  -- The address that it proves.
  email text not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null
);
create index account_links_user on account_links (user_id, purpose);
alter table account_links enable row level security;
alter table account_links force row level security;
create policy platform_door on account_links using ((select platform()));

-- For the day on which the telephone is gone.
create table recovery_codes (
  user_id bigint not null references users on delete cascade,
  code_hash bytea not null,
  used_at timestamptz,
  primary key (user_id, code_hash)
);
alter table recovery_codes enable row level security;
alter table recovery_codes force row level security;
create policy platform_door on recovery_codes using ((select platform()));
