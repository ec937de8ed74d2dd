-- Postgres repeats a part of a pattern 255 times at most, so the old check refused every name.
alter table message_templates drop constraint message_templates_name_check;
alter table message_templates add constraint message_templates_name_check check (name ~ '^[a-z0-9_]+$' and length(name) <= 512);
