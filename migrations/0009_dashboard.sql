-- Quarter-hours, not hours: every time zone of the world is a multiple of them, so a local day is exact.
create table stat_deltas (
  tenant_id bigint not null,
  slot timestamptz not null,
  sent integer not null default 0,
  delivered integer not null default 0,
  read integer not null default 0,
  failed integer not null default 0,
  answered integer not null default 0,
  received integer not null default 0,
  ai integer not null default 0
);
create index stat_deltas_slot on stat_deltas (tenant_id, slot);
call protect('stat_deltas', true);

create table stat_slots (
  tenant_id bigint not null,
  slot timestamptz not null,
  sent integer not null default 0,
  delivered integer not null default 0,
  read integer not null default 0,
  failed integer not null default 0,
  answered integer not null default 0,
  received integer not null default 0,
  ai integer not null default 0,
  primary key (tenant_id, slot)
);
call protect('stat_slots', true);
