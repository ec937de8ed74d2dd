-- Who was refused at the door: counted, for addresses that are known and unknown alike, and told to the log of who is known.

create table refused_sign_ins (
  email text not null,
  step text not null check (step in ('password', 'code')),
  -- Empty stands for all those beyond the first ones, so that no crowd of addresses fills a log.
  address text not null default '',
  agent text not null default '',
  at timestamptz not null default now(),
  hour timestamp not null generated always as (date_trunc('hour', at at time zone 'UTC')) stored,
  tries integer not null default 1,
  -- How many of them the log knows.
  told integer not null default 0,
  primary key (email, hour, step, address)
);
create index refused_sign_ins_untold on refused_sign_ins (email) where tries > told;
alter table refused_sign_ins enable row level security;
alter table refused_sign_ins force row level security;
create policy platform_door on refused_sign_ins using ((select platform()));

-- One entry for each person, address and hour. That its number of tries goes up is all that ever changes in the log: the policy
-- lets nobody but the platform's door do it, and only_added_to, in sql/functions/audit.sql, lets nothing else change.
create unique index audit_log_refusals on audit_log (tenant_id, action, subject_id, address, date_trunc('hour', at at time zone 'UTC'))
  where action in ('account.refuse_password', 'account.refuse_code');
create policy counting on audit_log for update
  using ((select platform()) and action in ('account.refuse_password', 'account.refuse_code'));
