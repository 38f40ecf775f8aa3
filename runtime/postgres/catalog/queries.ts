/** Rows up to this number are counted: an estimate of a small table may be far from the truth. */
export const EXACT_ROWS = 1000;

export const systemExists = "select to_regclass('_convoy.system') is not null as exists";

export const systemState = `
select s.version, s.data_schema,
  coalesce((select max(number) from _convoy.tables), 0)::int as last_number,
  coalesce((select jsonb_agg(jsonb_build_object('number', number, 'name', name) order by number)
    from _convoy.tables where name is not null), '[]') as tables,
  coalesce((select jsonb_agg(jsonb_build_object('name', name, 'tableNumber', table_number,
      'index', index, 'unique', is_unique, 'keys', keys) order by name)
    from _convoy.indexes), '[]') as indexes,
  (select manifest from _convoy.schema_versions order by id desc limit 1) as manifest
from _convoy.system s`;

export const serverState = `
select current_setting('server_version_num')::int as version,
  exists (select from pg_namespace where nspname = $1) as schema_exists`;

export const tables = `
select c.oid::text as oid, c.relname as name, c.reltuples::float8 as rows,
  coalesce(pg_table_size(c.oid), 0)::float8 as bytes
from pg_class c
where c.relnamespace = (select oid from pg_namespace where nspname = $1) and c.relkind = 'r'
order by c.relname`;

/** Of the tables \`$1\`, an array of oids. */
export const columns = `
select a.attrelid::text as table, a.attname as name, format_type(a.atttypid, a.atttypmod) as type,
  a.attnotnull as not_null, pg_get_expr(d.adbin, d.adrelid) as default,
  case when a.attcollation <> t.typcollation then l.collname end as collation
from pg_attribute a
join pg_type t on t.oid = a.atttypid
left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
left join pg_collation l on l.oid = a.attcollation
where a.attrelid = any($1::oid[]) and a.attnum > 0 and not a.attisdropped
order by a.attrelid, a.attnum`;

export const constraints = `
select conrelid::text as table, conname as name, contype as kind,
  pg_get_constraintdef(oid) as definition
from pg_constraint
where conrelid = any($1::oid[]) and contype <> 'n'
order by conrelid, conname`;

export const indexes = `
select i.indrelid::text as table, c.relname as name, i.indisvalid and i.indisready as valid,
  i.indisunique as unique, pg_get_indexdef(i.indexrelid) as definition
from pg_index i join pg_class c on c.oid = i.indexrelid
where i.indrelid = any($1::oid[])
order by i.indrelid, c.relname`;

export const triggers = `
select t.tgrelid::text as table, t.tgname as name, p.proname as function, p.prosrc as source,
  coalesce(p.proconfig, '{}') as settings,
  has_function_privilege('public', p.oid, 'execute') as is_public
from pg_trigger t join pg_proc p on p.oid = t.tgfoid
where t.tgrelid = any($1::oid[]) and not t.tgisinternal and t.tgenabled = 'A' and p.prosecdef
  and p.pronamespace = to_regnamespace('_convoy')
order by t.tgrelid, t.tgname`;

/** A table also makes a type of its name, so a type of that name is in its way. */
export const relations = `
select c.relname as name,
  case c.relkind when 'v' then 'view' when 'm' then 'materialized view' when 'f' then 'foreign table'
    when 'p' then 'partitioned table' when 'S' then 'sequence' when 'c' then 'type'
    else 'index' end as kind
from pg_class c
where c.relnamespace = (select oid from pg_namespace where nspname = $1)
  and c.relkind not in ('r', 't')
union all
select t.typname, 'type' from pg_type t
where t.typnamespace = (select oid from pg_namespace where nspname = $1)
  and t.typrelid = 0 and t.typcategory <> 'A'
order by name`;
