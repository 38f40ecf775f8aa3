import type ts from "typescript";

/**
 * The project of open files as tsserver has it, in this process and without watching: what changes is
 * what the caller edits.
 *
 * @param files absolute paths; the project is that of the first one.
 */
export function openServerProject(
  typescript: typeof ts,
  files: readonly string[],
): ts.server.Project {
  const { server } = typescript;
  const watcher = { close: () => undefined };
  const host = {
    ...typescript.sys,
    setTimeout: () => undefined,
    clearTimeout: () => undefined,
    setImmediate: () => undefined,
    clearImmediate: () => undefined,
    watchFile: () => watcher,
    watchDirectory: () => watcher,
  };
  const logger: ts.server.Logger = {
    close: () => undefined,
    hasLevel: () => false,
    loggingEnabled: () => false,
    perftrc: () => undefined,
    info: () => undefined,
    startGroup: () => undefined,
    endGroup: () => undefined,
    msg: () => undefined,
    getLogFileName: () => undefined,
  };
  const projects = new server.ProjectService({
    host,
    logger,
    cancellationToken: server.nullCancellationToken,
    useSingleInferredProject: false,
    useInferredProjectPerProjectRoot: false,
    typingsInstaller: server.nullTypingsInstaller,
    session: undefined,
  });
  for (const file of files) projects.openClientFile(file);
  const opened = projects.configuredProjects.values().next().value;
  if (opened === undefined) throw new Error(`${files[0]} is in no project with a tsconfig.json.`);
  return opened;
}
