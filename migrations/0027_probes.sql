-- A probe whose process dies brings no answer; half a minute later another one may go.
alter table breakers add column probed_at timestamptz not null default '-infinity';
