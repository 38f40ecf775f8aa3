import { type CustomTypesConfig, types } from "pg";

const int8 = types.builtins.INT8;
type BuiltinType = Parameters<typeof types.getTypeParser>[0];
/** Times without a zone: `pg` would read them in the zone of the server that happens to run. */
const zoneless: ReadonlySet<BuiltinType> = new Set([types.builtins.DATE, types.builtins.TIMESTAMP]);

/**
 * How the values of a person's own SQL are read: as `pg` does, except that `bigint` is a number
 * where that is exact (`count(*)` is a number) and a bigint where it is not, and that `date` and
 * `timestamp` stay as Postgres writes them. `numeric` is a string, `timestamptz` a Date, `bytea` a
 * Buffer, `json` its value.
 */
export const rawTypes: CustomTypesConfig = {
  getTypeParser: ((type: BuiltinType): unknown => {
    if (type === int8) return readInt8;
    if (zoneless.has(type)) return String;
    return types.getTypeParser(type);
  }) as CustomTypesConfig["getTypeParser"],
};

function readInt8(text: string): number | bigint {
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : BigInt(text);
}
