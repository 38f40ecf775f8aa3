import type ts from "typescript";

interface OverlaidText {
  readonly text: string;
  readonly version: string;
  readonly snapshot: ts.IScriptSnapshot;
}

/**
 * Generated files as the schema in the editor would have them, in place of what is on disk: so a
 * table that nobody saved has its types already. Nothing is ever written.
 */
export class GeneratedOverlay {
  readonly #ts: typeof ts;
  readonly #isOpen: (file: string) => boolean;
  readonly #texts = new Map<string, OverlaidText>();
  #changes = 0;

  /** Makes `host` tell of the overlaid texts. @param isOpen whether a file is open in the editor. */
  constructor(
    typescript: typeof ts,
    host: ts.LanguageServiceHost,
    isOpen: (file: string) => boolean,
  ) {
    this.#ts = typescript;
    this.#isOpen = isOpen;
    const getScriptSnapshot = host.getScriptSnapshot.bind(host);
    const getScriptVersion = host.getScriptVersion.bind(host);
    const getProjectVersion = host.getProjectVersion?.bind(host);
    host.getScriptSnapshot = (file) =>
      // The host has to be asked all the same: it learns so which files the project uses.
      getScriptSnapshot(file) && (this.#textOf(file)?.snapshot ?? getScriptSnapshot(file));
    host.getScriptVersion = (file) => this.#textOf(file)?.version ?? getScriptVersion(file);
    if (getProjectVersion !== undefined) {
      host.getProjectVersion = () => `${getProjectVersion()}+${this.#changes}`;
    }
  }

  /**
   * Has the next program see `text` in the file.
   *
   * @returns whether that is another text than the one that `program` sees.
   */
  set(program: ts.Program, file: string, text: string): boolean {
    const current = program.getSourceFile(file);
    if (current === undefined || current.text === text || this.#isOpen(file)) return false;
    if (current.text.replaceAll("\r\n", "\n") === text) return false;
    this.#changes++;
    const snapshot = this.#ts.ScriptSnapshot.fromString(text);
    this.#texts.set(file, { text, version: `convoy-${this.#changes}`, snapshot });
    return true;
  }

  #textOf(file: string): OverlaidText | undefined {
    // Nearly always there is none.
    if (this.#texts.size === 0) return undefined;
    const overlaid = this.#texts.get(file);
    return overlaid !== undefined && this.#isOpen(file) ? undefined : overlaid;
  }
}
