/** Whether two texts differ in their line ends at most, as git may check them out on Windows. */
export function sameText(one: string, other: string): boolean {
  return one === other || one.replaceAll("\r\n", "\n") === other.replaceAll("\r\n", "\n");
}
