-- A session of the back office ends when nobody is at the keyboard any more.
alter table platform_sessions add column seen_at timestamptz not null default now();
