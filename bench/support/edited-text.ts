/** Changes what a function of a synthetic module returns, and so the generated api. */
export function editedText(original: string, run: number): string {
  const edited = original.replace(/"nothing\d*"/, `"nothing${run}"`);
  if (edited === original) throw new Error("The synthetic module has no place for this edit.");
  return edited;
}
