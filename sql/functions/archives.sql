-- What of a workspace goes into its archive: every table that holds something of it, column by column, without secrets.

-- Whatever is sealed or hashed is bytes; whatever else opens a door is called so. People are colleagues here, nothing more.
create or replace view archived_columns with (security_invoker = true) as
  select c.oid::regclass as archived, c.relname::text as name, a.attname::text as column_name, a.attnum as place
    from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
   where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
     and (c.relname in ('tenants', 'users') or exists (
       select from pg_attribute t where t.attrelid = c.oid and t.attname = 'tenant_id' and not t.attisdropped))
     -- Who is signed in where, and parts of files, which are in the archive as files.
     and c.relname not in ('sessions', 'file_parts')
     and a.atttypid <> 'bytea'::regtype
     and a.attname !~ '(token|secret|password|hash|digest|sealed|recovery|totp|(^|_)(key|pin|otp|salt|nonce|credential)s?($|_))'
     and (c.relname <> 'users' or a.attname in ('id', 'name', 'email', 'language', 'created_at'));

create or replace view archived_tables with (security_invoker = true) as
  select archived, name, array_agg(column_name order by place) as columns,
         -- Of the key what is not the tenant; a table without a key is one page.
         array(select a.attname::text from pg_index i, unnest(i.indkey) with ordinality k (attnum, n)
                 join pg_attribute a on a.attrelid = archived and a.attnum = k.attnum
                where i.indrelid = archived and i.indisprimary and a.attname <> 'tenant_id' order by k.n) as key
    from archived_columns group by archived, name;

-- The next rows of a table as lines of JSON, in the order of its key, each with where to go on after it.
create or replace function archive_page(of_table text, after jsonb, size integer) returns table (line text, place jsonb)
  language plpgsql stable as $$
declare
  it archived_tables;
  shown text;
  keys text;
  key_pairs text;
  seen text;
begin
  select * into strict it from archived_tables a where a.name = of_table;
  select string_agg(format('t.%I', c), ', ') into shown from unnest(it.columns) c;
  select string_agg(format('t.%I', k), ', '), string_agg(format('%L, t.%I', k, k), ', '),
         string_agg(format('(jsonb_populate_record(null::%s, $1)).%I', it.archived, k), ', ')
    into keys, key_pairs, seen from unnest(it.key) k;
  if keys is null and after is not null then return; end if;
  return query execute format(
    'select (select to_json(c)::text from (select %s) c), jsonb_build_object(%s) from %s t %s %s limit %L', shown, key_pairs, it.archived,
    case when after is not null then format('where (%s) > (%s)', keys, seen) end, 'order by ' || keys,
    case when keys is not null then size end) using after;
end $$;
