/** Types into files as into those of an editor, and asks a plugin that knows nothing of them too. */
import path from "node:path";
import ts from "typescript";
import { createGuard } from "../../language-service-plugin/guard.js";
import { createLanguageService } from "../../language-service-plugin/language-service.js";
import { openServerProject } from "../support/server-project.js";
import type { TempProject } from "../support/temp-project.js";
import { editorProject, tsconfig } from "./project.js";

/** A finding, as an editor shows it. */
export interface Said {
  readonly code: number;
  readonly category: ts.DiagnosticCategory;
  readonly messageText: string | ts.DiagnosticMessageChain;
  readonly start: number;
  readonly length: number;
  readonly related: readonly unknown[] | undefined;
  readonly fixes: readonly ts.CodeFixAction[];
}

/** A project of tsserver's with our plugin, and the same files in the hands of a new one. */
export class Typing implements AsyncDisposable {
  readonly faults: string[] = [];
  readonly #folder: TempProject;
  readonly #root: string;
  readonly #project: ts.server.Project;
  readonly #service: ts.LanguageService;
  readonly #host: ts.LanguageServiceHost;
  readonly #fresh: ts.LanguageService;
  readonly #names: readonly string[];

  /** @param files those that are typed into, by their paths relative to the root. */
  static async open(files: Readonly<Record<string, string>>): Promise<Typing> {
    // Without our plugin: which one is asked, is up to whoever types.
    const { plugins: _ours, ...compilerOptions } = JSON.parse(tsconfig).compilerOptions;
    const project = await editorProject({
      "tsconfig.json": JSON.stringify({ compilerOptions, include: ["convoy"] }),
      ...files,
    });
    return new Typing(project, Object.keys(files));
  }

  private constructor(folder: TempProject, names: readonly string[]) {
    this.#folder = folder;
    this.#root = folder.root.replaceAll("\\", "/");
    this.#names = names;
    this.#project = openServerProject(
      ts,
      names.map((name) => this.#path(name)),
    );
    this.#service = this.#plugged(this.#project, this.#project.getLanguageService());
    this.#host = this.#hostOf(this.#project);
    // Its files are parsed from their texts, and share no node with those that were edited.
    this.#fresh = ts.createLanguageService(this.#host, ts.createDocumentRegistry());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#folder[Symbol.asyncDispose]();
  }

  /** Replaces no more of the text than what differs, as an editor does. */
  type(name: string, text: string): void {
    const info = this.#project.getScriptInfo(this.#path(name))!;
    const snapshot = info.getSnapshot();
    const before = snapshot.getText(0, snapshot.getLength());
    if (before === text) return;
    let start = 0;
    while (start < text.length && before[start] === text[start]) start++;
    let after = 0;
    const rest = Math.min(before.length, text.length) - start;
    while (after < rest && before.at(-1 - after) === text.at(-1 - after)) after++;
    info.editContent(start, before.length - after, text.slice(start, text.length - after));
  }

  /** Has the files parsed as they are now, while nobody asks us of them. */
  parse(): void {
    this.#project.updateGraph();
  }

  /** What is said of each of the files. */
  saidAfterTyping(names: readonly string[] = this.#names): readonly (readonly Said[])[] {
    this.#project.updateGraph();
    return names.map((name) => this.#said(this.#service, name));
  }

  saidAtFirstSight(names: readonly string[] = this.#names): readonly (readonly Said[])[] {
    const service = this.#newService();
    return names.map((name) => this.#said(service, name));
  }

  /** What is renamed with what is written at a place: the words, by file. */
  renamedAfterTyping(name: string, position: number): readonly string[] {
    this.parse();
    return this.#renamed(this.#service, name, position);
  }

  renamedAtFirstSight(name: string, position: number): readonly string[] {
    return this.#renamed(this.#newService(), name, position);
  }

  #renamed(service: ts.LanguageService, name: string, position: number): readonly string[] {
    const file = this.#path(name);
    const found = service.findRenameLocations(file, position, false, false, {}) ?? [];
    return found.map(({ fileName, textSpan: { start, length } }) => {
      const { text } = service.getProgram()!.getSourceFile(fileName)!;
      const inRoot = path.posix.relative(this.#root, fileName);
      return `${inRoot}:${start} ${text.slice(start, start + length)}`;
    });
  }

  #said(service: ts.LanguageService, name: string): readonly Said[] {
    const file = this.#path(name);
    const found = [
      ...service.getSemanticDiagnostics(file),
      ...service.getSuggestionDiagnostics(file),
    ].filter(({ source }) => source === "convoy");
    return found.map(
      ({ code, category, messageText, start = 0, length = 0, relatedInformation }) => ({
        code,
        category,
        messageText,
        start,
        length,
        related: relatedInformation?.map((related) => [
          related.file?.fileName,
          related.start,
          related.length,
          related.messageText,
        ]),
        fixes: service.getCodeFixesAtPosition(file, start, start + length, [code], {}, {}),
      }),
    );
  }

  #newService(): ts.LanguageService {
    // Without what the plugin before has laid over it.
    Object.assign(this.#host, this.#hostOf(this.#project));
    return this.#plugged(this.#host, this.#fresh);
  }

  #plugged(host: object, languageService: ts.LanguageService): ts.LanguageService {
    const info = { project: host, languageService, languageServiceHost: host } as never;
    return createLanguageService(
      ts,
      info,
      createGuard((message) => this.faults.push(message)),
    );
  }

  #hostOf(source: ts.server.Project): ts.LanguageServiceHost & { getScriptInfo(): undefined } {
    const textOf = (file: string) => {
      const snapshot = source.getScriptInfo(file)?.getSnapshot();
      return snapshot?.getText(0, snapshot.getLength()) ?? ts.sys.readFile(file);
    };
    return {
      ...ts.sys,
      useCaseSensitiveFileNames: () => ts.sys.useCaseSensitiveFileNames,
      getScriptInfo: () => undefined,
      getCompilationSettings: () => source.getCompilationSettings(),
      getScriptFileNames: () => source.getRootFiles(),
      getScriptVersion: (file) => String(source.getScriptInfo(file)?.getLatestVersion() ?? 0),
      getScriptSnapshot: (file) => {
        const text = textOf(file);
        return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
      },
      getCurrentDirectory: () => this.#root,
      getDefaultLibFileName: (options) => ts.getDefaultLibFilePath(options),
    };
  }

  #path(name: string): string {
    return path.posix.join(this.#root, name);
  }
}
