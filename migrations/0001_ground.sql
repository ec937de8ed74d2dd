-- Who is asking, in three settings that every transaction sets, and the procedure that seals a table with them.

create function tenant_id() returns bigint language sql stable parallel safe
  return nullif(current_setting('app.tenant_id', true), '')::bigint;

create function viewer_id() returns bigint language sql stable parallel safe
  return nullif(current_setting('app.viewer_id', true), '')::bigint;

-- 'on' for members with conversations.view_all and for jobs; others see their own and unassigned conversations.
create function sees_all() returns boolean language sql stable parallel safe
  return coalesce(current_setting('app.sees_all', true), '') = 'on';

-- The second door: routing a webhook to its tenant, signing in, folding totals.
create function platform() returns boolean language sql stable parallel safe
  return coalesce(current_setting('app.platform', true), '') = 'on';

-- Lower case without the accents of es, pt, en and id, so that "jose" finds José.
create function fold(words text) returns text language sql immutable strict parallel safe
  return translate(lower(words), 'áàâãäéèêëíìîïóòôõöúùûüçñ', 'aaaaaeeeeiiiiooooouuuucn');

create procedure protect(sealed regclass, platform_door boolean default false) language plpgsql as $$
begin
  execute format('alter table %s enable row level security', sealed);
  execute format('alter table %s force row level security', sealed);
  execute format('create policy own_tenant on %s using (tenant_id = (select tenant_id()))', sealed);
  if platform_door then
    execute format('create policy platform_door on %s using ((select platform()))', sealed);
  end if;
end $$;

create table tenants (
  id bigint generated always as identity primary key,
  name text not null check (length(name) between 1 and 120),
  slug text not null unique check (slug ~ '^[a-z0-9-]{1,60}$'),
  country text not null default 'ES' check (country ~ '^[A-Z]{2}$'),
  time_zone text not null default 'Europe/Madrid',
  language text not null default 'es',
  created_at timestamptz not null default now()
);
alter table tenants enable row level security;
alter table tenants force row level security;
create policy own_tenant on tenants using (id = (select tenant_id()));
create policy platform_door on tenants using ((select platform()));

create table users (
  id bigint generated always as identity primary key,
  name text not null check (length(name) between 1 and 120),
  email text not null check (email = lower(email) and length(email) <= 254),
  password_hash text not null,
  language text not null default 'es',
  created_at timestamptz not null default now(),
  constraint users_email_key unique (email)
);

create table memberships (
  tenant_id bigint not null default tenant_id() references tenants on delete cascade,
  id bigint generated always as identity,
  user_id bigint not null references users on delete cascade,
  role text not null check (role in ('owner', 'admin', 'manager', 'agent')),
  created_at timestamptz not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, user_id)
);
create unique index memberships_one_owner on memberships (tenant_id) where role = 'owner';
create index memberships_user on memberships (user_id);
call protect('memberships', true);

alter table users enable row level security;
alter table users force row level security;
create policy colleagues on users using (id in (select user_id from memberships));
create policy platform_door on users using ((select platform()));

create table sessions (
  token_hash bytea primary key,
  user_id bigint not null references users on delete cascade,
  tenant_id bigint not null references tenants on delete cascade,
  created_at timestamptz not null default now(),
  seen_at timestamptz not null default now(),
  expires_at timestamptz not null
);
call protect('sessions', true);

create table api_tokens (
  tenant_id bigint not null default tenant_id() references tenants on delete cascade,
  id bigint generated always as identity,
  user_id bigint not null references users on delete cascade,
  name text not null check (length(name) between 1 and 120),
  token_hash bytea not null,
  hint text not null,
  created_at timestamptz not null default now(),
  used_at timestamptz,
  revoked_at timestamptz,
  primary key (tenant_id, id),
  constraint api_tokens_hash_key unique (token_hash)
);
call protect('api_tokens', true);

-- One row per e-mail and per address that guessed wrong; see accounts/throttle.py.
create table sign_in_failures (
  subject text primary key,
  failures integer not null,
  first_at timestamptz not null default now(),
  last_at timestamptz not null default now()
);
alter table sign_in_failures enable row level security;
alter table sign_in_failures force row level security;
create policy platform_door on sign_in_failures using ((select platform()));

-- Files live in Postgres in parts of one megabyte: uploads, media, exports.
create table files (
  tenant_id bigint not null default tenant_id() references tenants on delete cascade,
  id bigint generated always as identity,
  name text not null,
  mime text not null,
  size bigint not null default 0,
  sha256 bytea,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id)
);
call protect('files');

create table file_parts (
  tenant_id bigint not null default tenant_id(),
  file_id bigint not null,
  part integer not null,
  content bytea not null,
  primary key (tenant_id, file_id, part),
  foreign key (tenant_id, file_id) references files on delete cascade
);
alter table file_parts alter column content set storage external;
call protect('file_parts');

-- A workspace without an owner must not exist, not even for the length of a crash.
create function must_have_an_owner() returns trigger language plpgsql as $$
begin
  if not exists (select from memberships where tenant_id = new.id and role = 'owner') then
    raise exception 'tenant % has no owner', new.id using errcode = 'integrity_constraint_violation';
  end if;
  return null;
end $$;

create constraint trigger tenants_have_an_owner after insert on tenants
  deferrable initially deferred for each row execute function must_have_an_owner();

create function must_keep_its_owner() returns trigger language plpgsql as $$
begin
  if exists (select from tenants where id = old.tenant_id)
     and not exists (select from memberships where tenant_id = old.tenant_id and role = 'owner') then
    raise exception 'tenant % would lose its owner', old.tenant_id using errcode = 'integrity_constraint_violation';
  end if;
  return null;
end $$;

create constraint trigger memberships_keep_the_owner after update or delete on memberships
  deferrable initially deferred for each row execute function must_keep_its_owner();
