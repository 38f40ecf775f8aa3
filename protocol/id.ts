/**
 * The id of a document of table `Table`: a UUIDv7 in its canonical text form. At run time it is a
 * plain string; the brand keeps ids of different tables apart in the type checker.
 *
 * @example
 * const owner: Id<"users"> = project.userId;
 */
export type Id<Table extends string = string> = string & { readonly "~table": Table };
