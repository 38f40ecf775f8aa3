import type { Client } from "pg";
import type { TableStorage } from "../../../runtime/database/storage/table-storage.js";
import { identifier } from "../../../runtime/postgres/sql/identifier.js";
import { ModelTable } from "../../database/support/model-table.js";
import type { DocumentFields } from "../../database/support/random-document.js";
import { rowId } from "../../database/support/random-rows.js";
import { testId } from "../../database/support/test-ids.js";
import { storagesOf } from "../../database/support/test-tables.js";
import type { MutationWork } from "./program.js";
import { manifestOf, type Scenario, type Write } from "./scenario.js";

/** More than the change log notes one by one. */
const FLOOD = 1_001;

/** What a write comes to, given what is there. */
type Operation =
  | {
      readonly kind: "insert" | "replace";
      readonly table: number;
      readonly id: string;
      readonly fields: DocumentFields;
    }
  | { readonly kind: "delete"; readonly table: number; readonly id: string }
  | { readonly kind: "move"; readonly table: number; readonly id: string; readonly to: string }
  | { readonly kind: "touch-all" | "delete-all" | "truncate"; readonly table: number }
  | { readonly kind: "copy-all"; readonly table: number; readonly id: string }
  | { readonly kind: "flood"; readonly table: number; readonly id: string; readonly stays: string };

/** The tables in memory, and how the same comes to be in Postgres. */
export class World {
  readonly tables: Map<string, ModelTable> = new Map();
  readonly #scenario: Scenario;
  readonly #storages: readonly TableStorage[];
  /** The ids of the documents, by table and row. */
  readonly #ids = new Map<string, string>();
  #lastId = 0;

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
    this.#storages = storagesOf(manifestOf(scenario.tables));
    for (const table of scenario.tables) this.tables.set(table.name, new ModelTable(table));
  }

  /** What is there at the beginning. */
  get initial(): readonly Write[] {
    return this.#scenario.rows.flatMap((rows, table) =>
      rows.map((row): Write => ({ kind: "put", table, ...row })),
    );
  }

  /** Writes as another program does, in a transaction that is open. */
  async write(client: Client, writes: readonly Write[]): Promise<void> {
    for (const write of writes) {
      for (const operation of this.#plan(write)) await this.#runSql(client, operation);
    }
  }

  /**
   * Writes that nobody else knows of until they are committed: only rows that are nobody else's, in
   * tables without unique indexes, which would make others wait.
   *
   * @returns what is to be called when they are.
   */
  async hold(client: Client, writes: readonly Write[]): Promise<() => void> {
    const alone = writes.filter(({ table }) => !this.#isUnique(table));
    const other = new World(this.#scenario);
    for (const [name, { documents }] of this.tables) {
      for (const { _id, _creationTime, ...fields } of documents) {
        other.tables.get(name)?.insert(_id, fields);
      }
    }
    for (const [row, id] of this.#ids) other.#ids.set(row, id);
    await other.write(client, alone);
    return () => {
      for (const write of alone) this.#plan(write);
    };
  }

  /** The same for a mutation, which chooses the ids of new documents by itself. */
  mutation(writes: readonly Write[]): { readonly work: MutationWork; readonly done: () => void } {
    const operations = writes.flatMap((write) =>
      this.#oneByOne(write).flatMap((one) => this.#plan(one)),
    );
    let made = new Map<string, string>();
    const work: MutationWork = async (ctx) => {
      made = new Map();
      for (const operation of operations) {
        const table = this.#storage(operation.table).name as never;
        if (operation.kind === "insert") {
          made.set(operation.id, await ctx.db.insert(table, operation.fields));
        } else if (operation.kind === "replace") {
          const id = (made.get(operation.id) ?? operation.id) as never;
          await ctx.db.replace(table, id, operation.fields as never);
        } else if (operation.kind === "delete") {
          await ctx.db.delete(table, (made.get(operation.id) ?? operation.id) as never);
        }
      }
    };
    const done = (): void => {
      for (const [row, id] of this.#ids) {
        const real = made.get(id);
        if (real !== undefined) this.#rename(Number(row.split("/")[0]), row, real);
      }
    };
    return { work, done };
  }

  /** What a mutation can do of it. */
  #oneByOne(write: Write): readonly Write[] {
    const { kind, table } = write;
    if (kind === "put") return [write];
    const rows = [...this.#ids.keys()].filter((row) => row.startsWith(`${table}/`));
    return rows.flatMap((place): Write[] => {
      const row = Number(place.split("/")[1]);
      const put = { kind: "put" as const, table, row };
      if (kind === "delete-all" || kind === "truncate") return [{ ...put, fields: null }];
      if (kind === "touch-all") return [{ ...put, fields: this.#fields(table, row) }];
      return kind === "copy-all" ? [{ ...put, fields: this.#fields(table, write.row) }] : [];
    });
  }

  /** What a write comes to; in memory it is done. What a unique index forbids is left out. */
  #plan(write: Write): readonly Operation[] {
    const { table } = write;
    const model = this.#model(table);
    switch (write.kind) {
      case "put":
        return this.#put(table, write.row, write.fields);
      case "move": {
        const row = `${table}/${write.row}`;
        const id = this.#ids.get(row);
        if (id === undefined) return [];
        const to = this.#newId(table);
        this.#rename(table, row, to);
        return [{ kind: "move", table, id, to }];
      }
      case "touch-all":
        return [{ kind: "touch-all", table }];
      case "delete-all":
      case "truncate":
        for (const { _id } of model.documents) model.delete(_id);
        for (const row of this.#ids.keys()) if (row.startsWith(`${table}/`)) this.#ids.delete(row);
        return [{ kind: write.kind, table }];
      case "copy-all": {
        const id = this.#ids.get(`${table}/${write.row}`);
        if (id === undefined) return [];
        const each = this.#oneByOne(write).flatMap((one) => this.#plan(one));
        return this.#isUnique(table) ? each : [{ kind: "copy-all", table, id }];
      }
      case "flood": {
        const fields = this.#fields(table, write.row);
        if (fields === null || this.#isUnique(table)) return [];
        const id = this.#ids.get(`${table}/${write.row}`) as string;
        const stays = this.#newId(table);
        model.insert(stays, fields);
        this.#ids.set(`${table}/${1_000 + this.#lastId}`, stays);
        return [{ kind: "flood", table, id, stays }];
      }
    }
  }

  #put(table: number, row: number, fields: DocumentFields | null): readonly Operation[] {
    const model = this.#model(table);
    const place = `${table}/${row}`;
    const old = this.#ids.get(place);
    if (fields === null) {
      if (old === undefined) return [];
      model.delete(old);
      this.#ids.delete(place);
      return [{ kind: "delete", table, id: old }];
    }
    const before = this.#fields(table, row);
    const id = old ?? rowId(this.#storage(table).number, row);
    model.delete(id);
    if (model.insert(id, fields) !== null) {
      if (before !== null) model.insert(id, before);
      return [];
    }
    this.#ids.set(place, id);
    return [{ kind: old === undefined ? "insert" : "replace", table, id, fields }];
  }

  #rename(table: number, row: string, to: string): void {
    const model = this.#model(table);
    const fields = this.#fields(table, Number(row.split("/")[1])) as DocumentFields;
    model.delete(this.#ids.get(row) as string);
    model.insert(to, fields);
    this.#ids.set(row, to);
  }

  #fields(table: number, row: number): DocumentFields | null {
    const id = this.#ids.get(`${table}/${row}`);
    const found = this.#model(table).documents.find(({ _id }) => _id === id);
    if (found === undefined) return null;
    const { _id, _creationTime, ...fields } = found;
    return fields;
  }

  async #runSql(client: Client, operation: Operation): Promise<void> {
    const storage = this.#storage(operation.table);
    const name = identifier(storage.name);
    const columns = [
      ...(storage.columns.document ? [storage.columns.document] : []),
      ...storage.columns.promoted,
    ];
    const names = columns.map((column) => identifier(column.name));
    switch (operation.kind) {
      case "insert":
      case "replace": {
        const values = columns.map((column, place) => `$${place + 2}::text::${column.type}`);
        const sets = names.map((column) => `${column} = excluded.${column}`);
        await client.query(
          `insert into ${name} (id, ${names.join()}) values ($1, ${values.join()})
           on conflict (id) do update set ${sets.join()}`,
          [operation.id, ...storage.encode(operation.fields)],
        );
        break;
      }
      case "delete":
        await client.query(`delete from ${name} where id = $1`, [operation.id]);
        break;
      case "move":
        await client.query(`update ${name} set id = $2 where id = $1`, [
          operation.id,
          operation.to,
        ]);
        break;
      case "touch-all":
        await client.query(`update ${name} set id = id`);
        break;
      case "delete-all":
        await client.query(`delete from ${name}`);
        break;
      case "truncate":
        await client.query(`truncate ${name}`);
        break;
      case "copy-all": {
        const sets = names.map((column) => `${column} = source.${column}`);
        await client.query(
          `update ${name} set ${sets.join()} from ${name} as source where source.id = $1`,
          [operation.id],
        );
        break;
      }
      case "flood": {
        const ids = Array.from({ length: FLOOD }, () => this.#newId(operation.table));
        await client.query(
          `insert into ${name} (id, ${names.join()})
           select made, ${names.join()} from ${name}, unnest($2::uuid[]) as made where id = $1`,
          [operation.id, [operation.stays, ...ids]],
        );
        await client.query(`delete from ${name} where id = any($1::uuid[])`, [ids]);
      }
    }
  }

  #newId(table: number): string {
    this.#lastId += 1;
    return testId(this.#storage(table).number, 1_795_390_000_000, BigInt(this.#lastId));
  }

  #isUnique(table: number): boolean {
    return this.#scenario.tables[table]?.indexes.some(({ unique }) => unique) ?? false;
  }

  #storage(at: number): TableStorage {
    return this.#storages[at] as TableStorage;
  }

  #model(at: number): ModelTable {
    return this.tables.get(this.#storage(at).name) as ModelTable;
  }
}
