/** The number that a table of a random schema has: its place, from one. */
export function tableNumbers(
  tables: readonly { readonly name: string }[],
): (name: string) => number {
  const numbers = new Map(tables.map(({ name }, index) => [name, index + 1]));
  return (name) => {
    const number = numbers.get(name);
    if (number === undefined) throw new Error(`There is no table ${name}.`);
    return number;
  };
}

/** A well-formed id of a table, the same for the same arguments. */
export function testId(tableNumber: number, time: number, tail: bigint): string {
  const millis = time.toString(16).padStart(12, "0");
  const table = tableNumber.toString(16).padStart(3, "0");
  const rest = (0x8000_0000_0000_0000n | (tail & 0x3fff_ffff_ffff_ffffn)).toString(16);
  return `${millis.slice(0, 8)}-${millis.slice(8)}-7${table}-${rest.slice(0, 4)}-${rest.slice(4)}`;
}
