import { act, cleanup } from "@testing-library/react";
import { createElement, type ReactElement, type ReactNode, StrictMode } from "react";
import { afterEach, beforeEach } from "vitest";
import type { ConvoyClient } from "../../../client/index.js";
import { ConvoyProvider } from "../../../client/react/index.js";
import { quiet } from "../support/fake-clock.js";

declare global {
  var IS_REACT_ACT_ENVIRONMENT: boolean;
}

/** For every test file that renders. */
export function useReact(): void {
  beforeEach(() => {
    globalThis.IS_REACT_ACT_ENVIRONMENT = true;
  });
  afterEach(cleanup);
}

/** Lets something happen, and React show what came of it. */
export async function step(happen: () => unknown = () => {}): Promise<void> {
  await act(async () => {
    await happen();
    await quiet();
  });
}

/** A wrapper for `render` that is as strict as React gets. */
export function strictly(
  client: ConvoyClient,
): (props: { readonly children: ReactNode }) => ReactElement {
  return ({ children }) =>
    createElement(StrictMode, null, createElement(ConvoyProvider, { client }, children));
}
