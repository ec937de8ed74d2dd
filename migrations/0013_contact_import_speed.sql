-- An import stores every person in three tables. What it cost a person, measured in CPU: the two foreign keys of the membership
-- 33 of 124 µs, the index of reversed numbers another 29, because it is hit at random. Triggers keep the membership clean
-- instead (sql/functions/contact_imports.sql), and last digits are found by reading the keys of one workspace: 0.15 s in a million.

alter table contact_import_members
  drop constraint contact_import_members_tenant_id_import_id_fkey,
  drop constraint contact_import_members_tenant_id_contact_id_fkey;
alter table contact_identities drop column ending;
