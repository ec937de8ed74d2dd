-- When somebody put the list of first steps away, for everybody of the workspace. Null: it shows until all are done.
alter table tenants add column first_steps_dismissed_at timestamptz;
