import path from "node:path";
import type ts from "typescript";
import { expect } from "vitest";
import type { TempProject } from "../support/temp-project.js";
import { TsServer } from "../support/tsserver.js";
import type { TypeScriptPackage } from "../support/typescript-versions.js";

/** Where the caret is in a text of a test. */
const caret = "‸";

interface Location {
  readonly line: number;
  readonly offset: number;
}

export interface FileSpan {
  readonly file: string;
  readonly start: Location;
  readonly end: Location;
}

export interface Completion {
  readonly name: string;
  readonly sortText: string;
  readonly replacementSpan?: Pick<FileSpan, "start" | "end">;
  readonly labelDetails?: { readonly description?: string };
}

interface CodeEdit {
  readonly start: Location;
  readonly end: Location;
  readonly newText: string;
}

export interface CodeFix {
  readonly fixName: string;
  readonly description: string;
  readonly changes: readonly {
    readonly fileName: string;
    readonly textChanges: readonly CodeEdit[];
  }[];
}

export interface Diagnostic {
  readonly code: number;
  readonly category: string;
  readonly text: string;
  readonly start: Location;
  readonly end: Location;
  readonly source?: string;
}

/** An editor: one tsserver that loads the plugins of its projects, and buffers that nobody saved. */
export class Editor implements AsyncDisposable {
  readonly #server: TsServer;
  /** The texts of the buffers. */
  readonly #open = new Map<string, string>();

  constructor(version: TypeScriptPackage, args: readonly string[] = []) {
    this.#server = new TsServer(version, ["--allowLocalPluginLoads", ...args]);
  }

  project(project: Pick<TempProject, "root">): EditedProject {
    return new EditedProject(this, project.root.replaceAll("\\", "/"));
  }

  request<Body>(command: string, args: object): Promise<Body> {
    return this.#server.request<Body>(command, args);
  }

  /** Gives a file's buffer this text; opens the file where it is not open. */
  async type(file: string, text: string): Promise<void> {
    const before = this.#open.get(file);
    this.#open.set(file, text);
    await this.request(
      "updateOpen",
      before === undefined
        ? { openFiles: [{ file, fileContent: text }] }
        : {
            changedFiles: [
              {
                fileName: file,
                textChanges: [{ start: { line: 1, offset: 1 }, end: endOf(before), newText: text }],
              },
            ],
          },
    );
  }

  async close(file: string): Promise<void> {
    if (this.#open.delete(file)) await this.request("updateOpen", { closedFiles: [file] });
  }

  async closeAll(): Promise<void> {
    for (const file of this.#open.keys()) await this.close(file);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#server[Symbol.asyncDispose]();
  }
}

/** One project in an editor. Paths are relative to its root. */
export class EditedProject {
  readonly root: string;
  readonly #editor: Editor;

  constructor(editor: Editor, root: string) {
    this.#editor = editor;
    this.root = root;
  }

  file(name: string): string {
    return path.posix.join(this.root, name);
  }

  type(name: string, text: string): Promise<void> {
    return this.#editor.type(this.file(name), text);
  }

  close(name: string): Promise<void> {
    return this.#editor.close(this.file(name));
  }

  request<Body>(command: string, name: string, args: object = {}): Promise<Body> {
    return this.#editor.request<Body>(command, { file: this.file(name), ...args });
  }

  /** Sets preferences of the user, of which those that are left out stay as they are. */
  prefer(preferences: ts.UserPreferences): Promise<unknown> {
    return this.#editor.request("configure", { preferences });
  }

  /** Types the text, and gives the place of the caret that is marked in it. */
  async typeAt(name: string, marked: string): Promise<Location> {
    const [before, after, ...more] = marked.split(caret);
    if (before === undefined || after === undefined || more.length > 0) {
      throw new Error(`There must be one ${caret} in the text.`);
    }
    await this.type(name, before + after);
    return endOf(before);
  }

  /** The names that are offered at the caret, in the order in which an editor shows them. */
  async completions(name: string, marked: string): Promise<readonly string[]> {
    return (await this.completionEntries(name, marked)).map((entry) => entry.name);
  }

  async completionEntries(name: string, marked: string): Promise<readonly Completion[]> {
    const at = await this.typeAt(name, marked);
    const info = await this.request<{ entries: Completion[] } | undefined>(
      "completionInfo",
      name,
      at,
    );
    return (info?.entries ?? []).toSorted((a, b) =>
      a.sortText < b.sortText ? -1 : a.sortText > b.sortText ? 1 : 0,
    );
  }

  /** What Convoy says of a file, as `CV2001: …`. */
  async findings(name: string): Promise<readonly string[]> {
    return (await this.ours(name)).map(({ text }) => text);
  }

  async ours(name: string): Promise<readonly Diagnostic[]> {
    return (await this.diagnostics(name)).filter(isOurs);
  }

  /** Errors, warnings and suggestions; of TypeScript's suggestions, none. */
  async diagnostics(name: string): Promise<readonly Diagnostic[]> {
    const found = await this.request<Diagnostic[]>("semanticDiagnosticsSync", name);
    const suggested = await this.request<Diagnostic[]>("suggestionDiagnosticsSync", name);
    return [...found, ...suggested.filter(isOurs)];
  }

  async fixes(name: string): Promise<readonly CodeFix[]> {
    const found = await this.ours(name);
    const all: CodeFix[] = [];
    for (const { code, start, end } of found) {
      const fixes = await this.request<CodeFix[]>("getCodeFixes", name, {
        startLine: start.line,
        startOffset: start.offset,
        endLine: end.line,
        endOffset: end.offset,
        errorCodes: [code],
      });
      all.push(...fixes);
    }
    return all;
  }

  /** What the span covers in `text`. */
  textAt(text: string, { start, end }: Pick<FileSpan, "start" | "end">): string {
    return text.slice(offsetOf(text, start), offsetOf(text, end));
  }
}

function endOf(text: string): Location {
  const lines = text.split("\n");
  return { line: lines.length, offset: (lines.at(-1) ?? "").length + 1 };
}

function isOurs({ source }: Diagnostic): boolean {
  return source === "convoy";
}

/** The text after a fix. */
export function applyFix(text: string, file: string, fix: CodeFix | undefined): string {
  const edits = fix?.changes.find(({ fileName }) => fileName === file)?.textChanges;
  if (edits === undefined) expect.fail(`The fix does not change ${file}.`);
  return withEdits(text, edits);
}

/** The text after edits, none of which touches another. */
export function withEdits(text: string, edits: readonly CodeEdit[]): string {
  const sorted = edits.toSorted((a, b) => offsetOf(text, b.start) - offsetOf(text, a.start));
  return sorted.reduce(
    (result, { start, end, newText }) =>
      result.slice(0, offsetOf(text, start)) + newText + result.slice(offsetOf(text, end)),
    text,
  );
}

function offsetOf(text: string, { line, offset }: Location): number {
  const before = text.split("\n").slice(0, line - 1);
  return before.reduce((length, one) => length + one.length + 1, 0) + offset - 1;
}
