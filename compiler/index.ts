export { generate, type GenerateOptions } from "./emit/generate.js";
export { checkGenerated, writeGenerated } from "./emit/write.js";
export type { CompilerHost } from "./hosts/host.js";
export { loadTypeScript } from "./hosts/typescript/load.js";
export type {
  ConvoyDiagnostic,
  QuickFix,
  RelatedPlace,
  Severity,
  TextEdit,
} from "./model/diagnostic.js";
export type * from "./model/facts.js";
export type * from "./model/manifest.js";
export type { NamedTypes, ObjectFact, PropertyFact, TypeFact } from "./model/type-fact.js";
export type { ProjectLayout } from "./project/layout.js";
export { ConvoyProjectError } from "./project/project-error.js";
export { type Analysis, createSession, type Session } from "./session.js";
