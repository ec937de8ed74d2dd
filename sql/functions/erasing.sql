-- Taking a workspace down, table by table, children first.

-- Memberships go with the workspace itself: without them it would have no owner, which must not be.
create or replace view erased_tables with (security_invoker = true) as
  select c.relname::text as name
    from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped
   where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and c.relname <> 'memberships';

-- What a reference lets go of by itself (set null) asks for no order.
create or replace view erased_references with (security_invoker = true) as
  select c.conrelid::regclass::text as child, c.confrelid::regclass::text as parent
    from pg_constraint c
   where c.contype = 'f' and c.confdeltype in ('a', 'r', 'c') and c.conrelid <> c.confrelid
     and c.conrelid::regclass::text in (select name from erased_tables)
     and c.confrelid::regclass::text in (select name from erased_tables);

-- The tenant is named, because policies with a door for the platform would let no index be used.
create or replace function erase_rows(of_table text, size integer) returns bigint language plpgsql as $$
declare
  gone bigint;
begin
  execute format('delete from %1$I where ctid = any(array(select ctid from %1$I where tenant_id = tenant_id() limit %2$L))
                   and tenant_id = tenant_id()', of_table, size);
  get diagnostics gone = row_count;
  return gone;
end $$;
