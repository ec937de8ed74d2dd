-- Help from inside ends with the session of the back office from which it came. What is under way lasts an hour at most.
select set_config('app.platform', 'on', true);
delete from sessions where impersonator_id is not null;
alter table sessions
  add column helps_from bytea references platform_sessions on delete cascade,
  add constraint sessions_helps_from_check check ((impersonator_id is null) = (helps_from is null));
create index sessions_helps_from on sessions (helps_from) where helps_from is not null;
