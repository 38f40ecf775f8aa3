import { useMemo } from "react";
import {
  type ArgsOf,
  type ArgsTuple,
  getFunctionName,
  type ResultOf,
} from "../../protocol/function-reference.js";
import type { PublicMutation } from "../call.js";
import type { ConvoyClient } from "../client.js";
import type { OptimisticUpdate } from "../store/optimistic-update.js";
import { useConvoyClient } from "./provider.js";

/** Runs a mutation. */
export interface MutationFunction<Reference extends PublicMutation> {
  (...args: ArgsTuple<Reference>): Promise<ResultOf<Reference>>;
  /** The same with an update that shows at once what the mutation will do. */
  withOptimisticUpdate(update: OptimisticUpdate<ArgsOf<Reference>>): MutationFunction<Reference>;
}

/**
 * A function that runs a mutation, the same one at every render. Its promise resolves when the
 * queries on the screen show what the mutation did.
 *
 * @example
 * const createProject = useMutation(api.projects.createProject);
 * <button onClick={() => createProject({ userId, name: "My App" })}>New</button>
 */
export function useMutation<Reference extends PublicMutation>(
  reference: Reference,
): MutationFunction<Reference> {
  const client = useConvoyClient();
  // Each `api.x.y` is a new object: only its name tells functions apart.
  return useMemo(() => createMutation(client, reference), [client, getFunctionName(reference)]);
}

function createMutation<Reference extends PublicMutation>(
  client: ConvoyClient,
  reference: Reference,
  optimisticUpdate?: OptimisticUpdate<ArgsOf<Reference>>,
): MutationFunction<Reference> {
  const options = optimisticUpdate === undefined ? {} : { optimisticUpdate };
  return Object.assign(
    (...[args]: ArgsTuple<Reference>) => client.mutation(reference, args ?? {}, options),
    {
      withOptimisticUpdate: (update: OptimisticUpdate<ArgsOf<Reference>>) =>
        createMutation(client, reference, update),
    },
  );
}
