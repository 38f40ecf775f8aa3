/**
 * A checker in the manner of Elle: transactions append unique values to lists and read whole lists.
 * A list tells in which order its values came, so reads tell which transactions must be before which;
 * a cycle is an anomaly, named after the weakest dependency it needs.
 */
export type Operation =
  | { readonly kind: "append"; readonly list: string; readonly value: number }
  | { readonly kind: "read"; readonly list: string; readonly values: readonly number[] };

export interface Transaction {
  readonly name: string;
  readonly operations: readonly Operation[];
}

export interface History {
  readonly committed: readonly Transaction[];
  /** Values that transactions tried to append and rolled back. */
  readonly aborted: readonly number[];
  /** The lists when all is over. */
  readonly final: ReadonlyMap<string, readonly number[]>;
}

export type AnomalyKind =
  /** A transaction does not see its own writes. */
  | "internal"
  /** A committed append is in no list. */
  | "lost-update"
  /** A read of what was rolled back. */
  | "G1a"
  /** A read of a state in the middle of a transaction. */
  | "G1b"
  /** Two reads of a list, neither of which is the beginning of the final list. */
  | "incompatible-order"
  /** A cycle of writes. */
  | "G0"
  /** A cycle of writes, and reads of them. */
  | "G1c"
  /** A cycle with one read of what another transaction then changed: a read skew. */
  | "G-single"
  /** A cycle with several: a write skew, or a phantom. */
  | "G2-item";

export interface Anomaly {
  readonly kind: AnomalyKind;
  readonly transactions: readonly string[];
}

type Dependency = "ww" | "wr" | "rw";

interface Edge {
  readonly from: string;
  readonly to: string;
  readonly kind: Dependency;
}

/** Everything in the history that no serial order of its transactions explains. */
export function anomaliesOf(history: History): Anomaly[] {
  const appender = new Map<number, Transaction>();
  for (const transaction of history.committed)
    for (const operation of transaction.operations)
      if (operation.kind === "append") appender.set(operation.value, transaction);
  return [
    ...internalAnomalies(history),
    ...readAnomalies(history, appender),
    ...cycles(dependencies(history, appender)),
  ];
}

/** A transaction reads its own appends, at the end of the lists and in their order. */
function internalAnomalies({ committed }: History): Anomaly[] {
  return committed.filter((transaction) => !seesItself(transaction)).map(alone("internal"));
}

function seesItself({ operations }: Transaction): boolean {
  const own = new Map<string, number[]>();
  return operations.every((operation) => {
    const appended = own.get(operation.list) ?? [];
    if (operation.kind === "append") {
      own.set(operation.list, [...appended, operation.value]);
      return true;
    }
    const end = appended.length === 0 ? [] : operation.values.slice(-appended.length);
    return equal(end, appended);
  });
}

function readAnomalies(
  { committed, aborted, final }: History,
  appender: ReadonlyMap<number, Transaction>,
): Anomaly[] {
  const found: Anomaly[] = [];
  const present = new Set([...final.values()].flat());
  for (const [value, transaction] of appender)
    if (!present.has(value)) found.push(alone("lost-update")(transaction));
  const rolledBack = new Set(aborted);
  for (const transaction of committed)
    for (const { list, values } of readsOfOthers(transaction)) {
      if (values.some((value) => rolledBack.has(value))) found.push(alone("G1a")(transaction));
      if (endsInTheMiddle(list, values, transaction, appender))
        found.push(alone("G1b")(transaction));
      if (!equal((final.get(list) ?? []).slice(0, values.length), values))
        found.push(alone("incompatible-order")(transaction));
    }
  return found;
}

/** Whether the last value read is not the last that its transaction appended to the list. */
function endsInTheMiddle(
  list: string,
  values: readonly number[],
  reader: Transaction,
  appender: ReadonlyMap<number, Transaction>,
): boolean {
  const last = values.at(-1);
  if (last === undefined) return false;
  const writer = appender.get(last);
  if (writer === undefined || writer === reader) return false;
  return appendsOf(writer, list).at(-1) !== last;
}

/** What a transaction read before it wrote to the list itself. */
function readsOfOthers(
  transaction: Transaction,
): { readonly list: string; readonly values: readonly number[] }[] {
  const own = new Set<string>();
  return transaction.operations.flatMap((operation) => {
    if (operation.kind === "append") own.add(operation.list);
    return operation.kind === "read" && !own.has(operation.list) ? [operation] : [];
  });
}

function dependencies(
  { committed, final }: History,
  appender: ReadonlyMap<number, Transaction>,
): Edge[] {
  const edges: Edge[] = [];
  const add = (
    from: Transaction | undefined,
    to: Transaction | undefined,
    kind: Dependency,
  ): void => {
    if (from !== undefined && to !== undefined && from !== to)
      edges.push({ from: from.name, to: to.name, kind });
  };
  const writer = (value: number | undefined): Transaction | undefined =>
    value === undefined ? undefined : appender.get(value);
  for (const values of final.values())
    for (const [index, value] of values.entries())
      add(writer(values[index - 1]), writer(value), "ww");
  for (const transaction of committed)
    for (const { list, values } of readsOfOthers(transaction)) {
      add(writer(values.at(-1)), transaction, "wr");
      // The value that came next had not been there.
      add(transaction, writer((final.get(list) ?? [])[values.length]), "rw");
    }
  return edges;
}

/** One anomaly for each group of transactions that depend on one another, by its weakest cycle. */
function cycles(edges: readonly Edge[]): Anomaly[] {
  for (const [kind, allowed] of [
    ["G0", ["ww"]],
    ["G1c", ["ww", "wr"]],
  ] as const) {
    const groups = components(
      edges.filter((edge) => (allowed as readonly string[]).includes(edge.kind)),
    );
    if (groups.length > 0) return groups.map((transactions) => ({ kind, transactions }));
  }
  const groups = components(edges);
  const strong = edges.filter((edge) => edge.kind !== "rw");
  const single = edges.some((edge) => edge.kind === "rw" && reaches(strong, edge.to, edge.from));
  return groups.map((transactions) => ({ kind: single ? "G-single" : "G2-item", transactions }));
}

function reaches(edges: readonly Edge[], from: string, to: string): boolean {
  const next = successors(edges);
  const seen = new Set([from]);
  const queue = [from];
  for (let node = queue.pop(); node !== undefined; node = queue.pop()) {
    if (node === to) return true;
    for (const other of next.get(node) ?? [])
      if (!seen.has(other)) {
        seen.add(other);
        queue.push(other);
      }
  }
  return false;
}

/** The strongly connected components of more than one node (Tarjan). */
function components(edges: readonly Edge[]): string[][] {
  const next = successors(edges);
  const indexes = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const onStack = new Set<string>();
  const found: string[][] = [];
  for (const { from } of edges) if (!indexes.has(from)) visit(from);
  return found;

  function visit(node: string): void {
    const index = indexes.size;
    indexes.set(node, index);
    let lowest = index;
    stack.push(node);
    onStack.add(node);
    for (const other of next.get(node) ?? []) {
      if (!indexes.has(other)) {
        visit(other);
        lowest = Math.min(lowest, low.get(other) ?? lowest);
      } else if (onStack.has(other)) lowest = Math.min(lowest, indexes.get(other) ?? lowest);
    }
    low.set(node, lowest);
    if (lowest !== index) return;
    const component = stack.splice(stack.indexOf(node));
    for (const member of component) onStack.delete(member);
    if (component.length > 1) found.push(component);
  }
}

function successors(edges: readonly Edge[]): Map<string, Set<string>> {
  const next = new Map<string, Set<string>>();
  for (const { from, to } of edges) {
    const known = next.get(from) ?? new Set();
    next.set(from, known.add(to));
  }
  return next;
}

function appendsOf({ operations }: Transaction, list: string): number[] {
  return operations.flatMap((operation) =>
    operation.kind === "append" && operation.list === list ? [operation.value] : [],
  );
}

function alone(kind: AnomalyKind): (transaction: Transaction) => Anomaly {
  return ({ name }) => ({ kind, transactions: [name] });
}

function equal(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((value, index) => value === b[index]);
}
