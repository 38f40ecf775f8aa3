/**
 * Where triggers note what was written, and what servers need to read it. Of all this, nothing needs
 * to outlive a crash: without WAL, writers pay little for it, and after a crash the missing row of
 * `boot` tells servers that anything may have changed.
 *
 * A row of \`changes\` is a row that was written, with its keys before and after, or a table without
 * an id. A queue: rows come at one end and go at the other. What is dead is to be taken away soon, and never
 * under the lock that giving pages back takes.
 */
export const changeLogTablesSql: readonly string[] = [
  `create unlogged table if not exists _convoy.changes (
  xid xid8 not null default pg_current_xact_id(),
  table_number smallint not null,
  layout integer not null,
  id uuid,
  before text[],
  after text[]
) with (
  autovacuum_vacuum_scale_factor = 0,
  autovacuum_vacuum_threshold = 10000,
  autovacuum_vacuum_insert_threshold = -1,
  autovacuum_vacuum_cost_delay = 0,
  autovacuum_analyze_scale_factor = 0,
  autovacuum_analyze_threshold = 100000,
  vacuum_truncate = off,
  toast.autovacuum_vacuum_scale_factor = 0,
  toast.autovacuum_vacuum_threshold = 10000,
  toast.vacuum_truncate = off
)`,
  "create index if not exists changes_xid on _convoy.changes (xid)",
  // Two databases, or one before and after a crash, never have the same id.
  `create unlogged table if not exists _convoy.boot (
  is_only boolean primary key default true check (is_only),
  id uuid not null
)`,
  // The changes from \`needed_from\` on are kept for that server.
  `create unlogged table if not exists _convoy.leases (
  server_id uuid primary key,
  registration uuid not null default gen_random_uuid(),
  needed_from xid8 not null,
  renewed_at timestamptz not null
)`,
];
