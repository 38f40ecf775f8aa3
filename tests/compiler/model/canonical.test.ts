import fc from "fast-check";
import { expect, test } from "vitest";
import { typeKey, unionOf } from "../../../compiler/model/canonical.js";
import type { TypeFact } from "../../../compiler/model/type-fact.js";
import { fieldType } from "../../database/support/random-type.js";

const members = fc.array(fieldType(["users", "projects"]), { maxLength: 5 });

/** Objects keep the order in which they come, and so say nothing of the order of the others. */
function withoutObjects(type: TypeFact): readonly string[] {
  const all = type.kind === "union" ? type.members : [type];
  return all.filter(({ kind }) => kind !== "object").map(typeKey);
}

test("a union is the same whatever the order of its members, and however often each comes", () => {
  fc.assert(
    fc.property(members, (all) => {
      const union = unionOf(all);
      const again = unionOf([...all.toReversed(), ...all]);
      expect(typeKey(again)).toBe(typeKey(union));
      expect(withoutObjects(again)).toEqual(withoutObjects(union));
      expect(unionOf([union])).toEqual(union);
    }),
  );
});
