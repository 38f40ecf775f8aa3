import type ts from "typescript";
import type { Guard } from "../guard.js";

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
  readonly #project: ts.server.Project;
  readonly #guard: Guard;
  readonly #texts = new Map<string, OverlaidText>();
  /** Long texts take long to compare, and this is asked at every key. */
  readonly #agreeing = new WeakMap<ts.SourceFile, string>();
  #changes = 0;

  /** Makes `project` tell of the overlaid texts. */
  constructor(typescript: typeof ts, project: ts.server.Project, guard: Guard) {
    this.#ts = typescript;
    this.#project = project;
    this.#guard = guard;
    const getScriptSnapshot = project.getScriptSnapshot.bind(project);
    const getScriptVersion = project.getScriptVersion.bind(project);
    project.getScriptSnapshot = (file) => {
      // The project has to be asked all the same: it learns so which files it uses.
      const snapshot = getScriptSnapshot(file);
      return snapshot && (this.#textOf(file)?.snapshot ?? snapshot);
    };
    project.getScriptVersion = (file) => this.#textOf(file)?.version ?? getScriptVersion(file);
  }

  /**
   * Has the next program see `text` in the file.
   *
   * @returns whether that is another text than the one that `program` sees.
   */
  set(program: ts.Program, file: string, text: string): boolean {
    const current = program.getSourceFile(file);
    if (current === undefined || this.#agreeing.get(current) === text) return false;
    if (current.text === text) this.#agreeing.set(current, text);
    if (current.text === text || this.#isOpen(file)) return false;
    if (current.text.replaceAll("\r\n", "\n") === text) return false;
    this.#changes++;
    const snapshot = this.#ts.ScriptSnapshot.fromString(text);
    this.#texts.set(file, { text, version: `convoy-${this.#changes}`, snapshot });
    this.#project.getScriptInfo(file)?.markContainingProjectsAsDirty();
    return true;
  }

  #textOf(file: string): OverlaidText | undefined {
    // Nearly always there is none.
    if (this.#texts.size === 0) return undefined;
    const overlaid = this.#texts.get(file);
    if (overlaid === undefined) return undefined;
    // TypeScript asks from anywhere, so this is an entry like any other.
    const isOpen = this.#guard.run("types of an unsaved schema", true, () => this.#isOpen(file));
    return isOpen ? undefined : overlaid;
  }

  /** What a person looks at is what is on disk. */
  #isOpen(file: string): boolean {
    return this.#project.getScriptInfo(file)?.isScriptOpen() === true;
  }
}
