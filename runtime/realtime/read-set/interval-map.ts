/** Ranges of keys with who has read them: finds those that hold a key without looking at the others. */
export class IntervalMap<Value> {
  readonly #random: () => number;
  #root: Node<Value> | null = null;

  /** @param random keeps the tree in balance, whatever the order of the calls. */
  constructor(random: () => number = Math.random) {
    this.#random = random;
  }

  get isEmpty(): boolean {
    return this.#root === null;
  }

  /** @param end exclusive; `null` is above all keys. A range that holds no key is not kept. */
  add(start: string, end: string | null, value: Value): void {
    if (end !== null && end <= start) return;
    const found = find(this.#root, start, end);
    if (found !== null) {
      found.values.add(value);
      return;
    }
    const node = { start, end, values: new Set([value]), priority: this.#random() };
    this.#root = insert(this.#root, { ...node, left: null, right: null, maxEnd: end });
  }

  delete(start: string, end: string | null, value: Value): void {
    const found = find(this.#root, start, end);
    if (found === null || !found.values.delete(value) || found.values.size > 0) return;
    this.#root = remove(this.#root, start, end);
  }

  /** Calls `visit` for each value of each range that holds the key. */
  stab(key: string, visit: (value: Value) => void): void {
    stab(this.#root, key, visit);
  }
}

/** A treap by start, then end; each node knows how far the ranges below it reach. */
interface Node<Value> {
  readonly start: string;
  readonly end: string | null;
  readonly values: Set<Value>;
  readonly priority: number;
  left: Node<Value> | null;
  right: Node<Value> | null;
  /** The largest end of this node and those below it. */
  maxEnd: string | null;
}

type Tree<Value> = Node<Value> | null;

function stab<Value>(node: Tree<Value>, key: string, visit: (value: Value) => void): void {
  if (node === null || !isBelow(key, node.maxEnd)) return;
  stab(node.left, key, visit);
  // All to the right start no lower.
  if (key < node.start) return;
  if (isBelow(key, node.end)) for (const value of node.values) visit(value);
  stab(node.right, key, visit);
}

function isBelow(key: string, end: string | null): boolean {
  return end === null || key < end;
}

function find<Value>(root: Tree<Value>, start: string, end: string | null): Tree<Value> {
  let node = root;
  while (node !== null) {
    const order = compare(start, end, node);
    if (order === 0) return node;
    node = order < 0 ? node.left : node.right;
  }
  return null;
}

function compare<Value>(start: string, end: string | null, node: Node<Value>): number {
  if (start !== node.start) return start < node.start ? -1 : 1;
  if (end === node.end) return 0;
  return end !== null && isBelow(end, node.end) ? -1 : 1;
}

function insert<Value>(tree: Tree<Value>, node: Node<Value>): Node<Value> {
  if (tree === null) return node;
  if (compare(node.start, node.end, tree) < 0) {
    tree.left = insert(tree.left, node);
    if (tree.left.priority > tree.priority) return rotateRight(tree, tree.left);
  } else {
    tree.right = insert(tree.right, node);
    if (tree.right.priority > tree.priority) return rotateLeft(tree, tree.right);
  }
  return measured(tree);
}

function remove<Value>(tree: Tree<Value>, start: string, end: string | null): Tree<Value> {
  if (tree === null) return null;
  const order = compare(start, end, tree);
  if (order === 0) return merge(tree.left, tree.right);
  if (order < 0) tree.left = remove(tree.left, start, end);
  else tree.right = remove(tree.right, start, end);
  return measured(tree);
}

/** Of two trees, all of the first being below the second. */
function merge<Value>(left: Tree<Value>, right: Tree<Value>): Tree<Value> {
  if (left === null) return right;
  if (right === null) return left;
  if (left.priority > right.priority) {
    left.right = merge(left.right, right);
    return measured(left);
  }
  right.left = merge(left, right.left);
  return measured(right);
}

function rotateRight<Value>(tree: Node<Value>, left: Node<Value>): Node<Value> {
  tree.left = left.right;
  left.right = measured(tree);
  return measured(left);
}

function rotateLeft<Value>(tree: Node<Value>, right: Node<Value>): Node<Value> {
  tree.right = right.left;
  right.left = measured(tree);
  return measured(right);
}

function measured<Value>(node: Node<Value>): Node<Value> {
  node.maxEnd = later(later(node.end, node.left), node.right);
  return node;
}

function later<Value>(end: string | null, node: Tree<Value>): string | null {
  if (node === null) return end;
  if (end === null || node.maxEnd === null) return null;
  return end > node.maxEnd ? end : node.maxEnd;
}
