-- What operators look at: who works, how many jobs are done, why one failed, how fast numbers send just now.

-- A row for each process, told anew every ten seconds. Of no tenant: a process works for all.
create table workers (
  id uuid primary key,
  name text not null check (name in ('serve', 'web', 'worker')),
  host text not null,
  pid integer not null,
  started_at timestamptz not null,
  heartbeat_at timestamptz not null default now(),
  -- Resident bytes.
  memory bigint not null,
  -- Whether it takes jobs, and how many of each queue it has in hand: {"chat": 2}
  works boolean not null,
  running jsonb not null default '{}'
);
alter table workers enable row level security;
alter table workers force row level security;
create policy platform_door on workers using ((select platform()));

-- Done jobs are deleted at once, so they are counted: by the minute, added in batches. Tenant 0 is the platform's own work.
create table job_minutes (
  tenant_id bigint not null,
  minute timestamptz not null,
  queue text not null,
  done integer not null,
  failed integer not null,
  seconds real not null,
  primary key (tenant_id, minute, queue)
);
create index job_minutes_minute on job_minutes (minute);
call protect('job_minutes', true);

-- Why a job failed the last time; goes with the job.
create table job_errors (
  tenant_id bigint not null,
  job_id bigint not null references procrastinate_jobs on delete cascade,
  error text not null,
  failed_at timestamptz not null,
  primary key (tenant_id, job_id)
);
create unique index job_errors_job on job_errors (job_id);
call protect('job_errors', true);

-- Messages a second that a process handed over for a number, between its last two heartbeats.
create table number_rates (
  tenant_id bigint not null,
  number_id bigint not null,
  worker_id uuid not null references workers on delete cascade,
  per_second real not null,
  measured_at timestamptz not null default now(),
  primary key (tenant_id, number_id, worker_id),
  foreign key (tenant_id, number_id) references phone_numbers on delete cascade
);
create index number_rates_worker on number_rates (worker_id);
call protect('number_rates', true);

-- When each periodic job last ran, wherever that was.
create table schedule_runs (
  task text primary key,
  ended_at timestamptz not null,
  seconds real not null,
  failed boolean not null
);
alter table schedule_runs enable row level security;
alter table schedule_runs force row level security;
create policy platform_door on schedule_runs using ((select platform()));
