import { typeKey } from "../model/canonical.js";
import type { ModuleFacts } from "../model/facts.js";
import type { TypeFact } from "../model/type-fact.js";

/** The recursive types of all modules, under names that are unique in one file. */
export interface ApiNames {
  /** Name and type, in the order of printing. */
  readonly declarations: readonly {
    readonly name: string;
    readonly type: TypeFact;
    readonly module: ModuleFacts;
  }[];
  /** What a module's own name for a type has become. */
  nameIn(module: ModuleFacts, name: string): string;
}

/** Types of the same name that mean the same share a declaration; others get a number. */
export function apiNames(modules: readonly ModuleFacts[], reserved: readonly string[]): ApiNames {
  const byName = new Map<string, string>(reserved.map((name) => [name, ""]));
  const renamed = new Map<ModuleFacts, Map<string, string>>();
  const declarations: { name: string; type: TypeFact; module: ModuleFacts }[] = [];
  for (const module of modules) {
    const names = new Map<string, string>();
    renamed.set(module, names);
    for (const [name, type] of Object.entries(module.types)) {
      const key = meaningOf(module, name);
      let unique = name;
      for (let n = 2; byName.has(unique) && byName.get(unique) !== key; n++) unique = `${name}${n}`;
      names.set(name, unique);
      if (byName.has(unique)) continue;
      byName.set(unique, key);
      declarations.push({ name: unique, type, module });
    }
  }
  return { declarations, nameIn: (module, name) => renamed.get(module)?.get(name) ?? name };
}

/** What a declaration means, with all that it refers to. */
function meaningOf(module: ModuleFacts, name: string): string {
  const keys = new Map<string, string>();
  const pending = [name];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const type = module.types[next];
    if (!type || keys.has(next)) continue;
    const key = typeKey(type);
    keys.set(next, key);
    for (const [, referred = ""] of key.matchAll(/named\((\w+)\)/g)) pending.push(referred);
  }
  return JSON.stringify([...keys].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
