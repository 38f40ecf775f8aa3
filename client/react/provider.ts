import { createContext, createElement, type ReactElement, type ReactNode, useContext } from "react";
import type { ConvoyClient } from "../client.js";
import { createConvoyClient } from "../create-client.js";

const ClientContext = createContext<ConvoyClient | null>(null);

/** Gives a client to the hooks of everything inside it. */
export function ConvoyProvider(props: {
  readonly client: ConvoyClient;
  readonly children?: ReactNode;
}): ReactElement {
  return createElement(ClientContext.Provider, { value: props.client }, props.children);
}

let sameOriginClient: ConvoyClient | undefined;

/** The client of the nearest `ConvoyProvider`; without one, a client of the page's origin. */
export function useConvoyClient(): ConvoyClient {
  const client = useContext(ClientContext);
  if (client !== null) return client;
  sameOriginClient ??= createConvoyClient();
  return sameOriginClient;
}
