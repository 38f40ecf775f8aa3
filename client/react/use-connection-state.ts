import { useSyncExternalStore } from "react";
import { type ConnectionState, INITIAL_CONNECTION } from "../store/connection.js";
import { useConvoyClient } from "./provider.js";

/** How the client stands with its server: to say "offline", or "saving…". */
export function useConnectionState(): ConnectionState {
  const { connection } = useConvoyClient();
  return useSyncExternalStore(
    connection.subscribe,
    () => connection.state,
    () => INITIAL_CONNECTION,
  );
}
