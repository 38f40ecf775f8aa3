import { useMemo } from "react";
import {
  type ArgsTuple,
  getFunctionName,
  type ResultOf,
} from "../../protocol/function-reference.js";
import type { PublicAction } from "../call.js";
import { useConvoyClient } from "./provider.js";

/**
 * A function that runs an action, the same one at every render.
 *
 * @example
 * const sendInvitation = useAction(api.invitations.send);
 */
export function useAction<Reference extends PublicAction>(
  reference: Reference,
): (...args: ArgsTuple<Reference>) => Promise<ResultOf<Reference>> {
  const client = useConvoyClient();
  return useMemo(
    () =>
      (...[args]: ArgsTuple<Reference>) =>
        client.action(reference, args ?? {}),
    [client, getFunctionName(reference)],
  );
}
