import type ts from "typescript";

/** Text that stands in for files on disk, by absolute path. */
export type Overlay = ReadonlyMap<string, string>;

export interface SourceFilesOptions {
  readonly ts: typeof ts;
  readonly system: ts.System;
  readonly options: ts.CompilerOptions;
  /** Files on disk in this folder do not exist for the analysis; the overlay has its own. */
  readonly hiddenDir: string;
  /** Files that have been parsed already, with the same options. */
  readonly reuse?: (file: string) => ts.SourceFile | undefined;
  /** Files of packages, shared by all who hand in the same map. */
  readonly libraryFiles?: LibraryFiles;
}

/** Parsed files of packages, which do not change while a process runs. */
export type LibraryFiles = Map<string, ts.SourceFile>;

/** What TypeScript's own editor service tells it, and its types do not mention. */
interface ReferringHost extends ts.CompilerHost {
  useSourceOfProjectReferenceRedirect(): boolean;
}

/**
 * Parsed source files, kept from one program to the next: a file is parsed again only after it has
 * been invalidated, or when its overlay text has changed.
 */
export class SourceFiles {
  readonly #ts: typeof ts;
  readonly #system: ts.System;
  readonly #options: ts.CompilerOptions;
  readonly #hiddenDir: string;
  readonly #libraryFiles: LibraryFiles;
  readonly #reuse: ((file: string) => ts.SourceFile | undefined) | undefined;
  readonly #onDisk = new Map<string, ts.SourceFile | undefined>();
  readonly #overlaid = new Map<string, { readonly text: string; readonly file: ts.SourceFile }>();
  readonly #exists = new Map<string, boolean>();

  constructor(options: SourceFilesOptions) {
    this.#ts = options.ts;
    this.#system = options.system;
    this.#options = options.options;
    this.#hiddenDir = options.hiddenDir;
    this.#reuse = options.reuse;
    this.#libraryFiles = options.libraryFiles ?? new Map();
  }

  /** Forgets what is known of these files (absolute paths) and of every file that was missing. */
  invalidate(files: readonly string[]): void {
    for (const file of files) this.#onDisk.delete(file);
    for (const [file, source] of this.#onDisk) if (!source) this.#onDisk.delete(file);
    this.#exists.clear();
  }

  /** The files that have another text on disk than when they were read, packages left out. */
  changedOnDisk(): readonly string[] {
    return [...this.#onDisk].flatMap(([file, source]) =>
      !file.includes("/node_modules/") && this.#system.readFile(file) !== source?.text ? file : [],
    );
  }

  /** A compiler host over these files, with `overlay` in place of the hidden folder. */
  compilerHost(overlay: Overlay): ReferringHost {
    const ts = this.#ts;
    const system = this.#system;
    const isHidden = (path: string) => path === this.#hiddenDir || this.#isBelowHidden(path);
    const host = ts.createCompilerHost(this.#options);
    return {
      ...host,
      getSourceFile: (fileName, languageVersion) => {
        const text = overlay.get(fileName);
        if (text !== undefined) return this.#overlaidFile(fileName, text, languageVersion);
        return isHidden(fileName) ? undefined : this.#diskFile(fileName, languageVersion);
      },
      fileExists: (path) => overlay.has(path) || (!isHidden(path) && this.#fileExists(path)),
      readFile: (path) => overlay.get(path) ?? (isHidden(path) ? undefined : system.readFile(path)),
      directoryExists: (path) => path === this.#hiddenDir || system.directoryExists(path),
      writeFile: () => {},
      // A package of a monorepo has the types of its sources, built or not: as in an editor.
      useSourceOfProjectReferenceRedirect: () =>
        this.#options.disableSourceOfProjectReferenceRedirect !== true,
    };
  }

  #isBelowHidden(path: string): boolean {
    return path.startsWith(`${this.#hiddenDir}/`);
  }

  #fileExists(path: string): boolean {
    let exists = this.#exists.get(path);
    if (exists === undefined) {
      exists = this.#system.fileExists(path);
      this.#exists.set(path, exists);
    }
    return exists;
  }

  #diskFile(
    fileName: string,
    languageVersion: ts.ScriptTarget | ts.CreateSourceFileOptions,
  ): ts.SourceFile | undefined {
    const parsed = this.#reuse?.(fileName);
    if (parsed) return parsed;
    if (!this.#onDisk.has(fileName)) {
      const read = () => this.#read(fileName, languageVersion);
      const isLibrary = fileName.includes("/node_modules/");
      this.#onDisk.set(
        fileName,
        isLibrary ? this.#shared(fileName, languageVersion, read) : read(),
      );
    }
    return this.#onDisk.get(fileName);
  }

  #shared(
    fileName: string,
    languageVersion: ts.ScriptTarget | ts.CreateSourceFileOptions,
    read: () => ts.SourceFile | undefined,
  ): ts.SourceFile | undefined {
    const key = JSON.stringify([this.#ts.version, fileName, languageVersion]);
    const source = this.#libraryFiles.get(key) ?? read();
    if (source) this.#libraryFiles.set(key, source);
    return source;
  }

  #read(
    fileName: string,
    languageVersion: ts.ScriptTarget | ts.CreateSourceFileOptions,
  ): ts.SourceFile | undefined {
    const text = this.#system.readFile(fileName);
    return text === undefined ? undefined : this.#parse(fileName, text, languageVersion);
  }

  /** Comments are read in the project's own files alone: in packages they would cost the most. */
  #parsing(
    fileName: string,
    languageVersion: ts.ScriptTarget | ts.CreateSourceFileOptions,
  ): ts.CreateSourceFileOptions {
    const options = typeof languageVersion === "object" ? languageVersion : { languageVersion };
    const { ParseAll, ParseForTypeErrors } = this.#ts.JSDocParsingMode;
    const isLibrary = fileName.includes("/node_modules/");
    return { ...options, jsDocParsingMode: isLibrary ? ParseForTypeErrors : ParseAll };
  }

  #overlaidFile(
    fileName: string,
    text: string,
    languageVersion: ts.ScriptTarget | ts.CreateSourceFileOptions,
  ): ts.SourceFile {
    const known = this.#overlaid.get(fileName);
    if (known?.text === text) return known.file;
    const file = this.#parse(fileName, text, languageVersion);
    this.#overlaid.set(fileName, { text, file });
    return file;
  }

  #parse(
    fileName: string,
    text: string,
    languageVersion: ts.ScriptTarget | ts.CreateSourceFileOptions,
  ): ts.SourceFile {
    return this.#ts.createSourceFile(fileName, text, this.#parsing(fileName, languageVersion));
  }
}
