/** Cycles of a graph, as the files on the way round: enough that each file in a cycle is in one. */
export function findCycles(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const cycles: string[][] = [];
  const inKnownCycle = new Set<string>();
  for (const file of [...graph.keys()].toSorted()) {
    if (inKnownCycle.has(file)) continue;
    const cycle = shortestWayBack(file, graph);
    if (cycle === undefined) continue;
    cycles.push(cycle);
    for (const member of cycle) inKnownCycle.add(member);
  }
  return cycles;
}

function shortestWayBack(
  start: string,
  graph: ReadonlyMap<string, readonly string[]>,
): string[] | undefined {
  const cameFrom = new Map<string, string>();
  const queue = [start];
  for (const file of queue) {
    for (const next of graph.get(file) ?? []) {
      if (next === start) {
        const way = [file];
        while (way[0] !== start) way.unshift(cameFrom.get(way[0]!)!);
        return way;
      }
      if (cameFrom.has(next)) continue;
      cameFrom.set(next, file);
      queue.push(next);
    }
  }
  return undefined;
}
