/** The most bytes of a document, as JSON in UTF-8. */
export const MAX_DOCUMENT_BYTES: number = 1024 * 1024;

/** The most levels of arrays and objects inside one another. */
export const MAX_DEPTH = 64;

/** The most digits of a bigint, its sign counted: Postgres's `numeric` has 131,072. */
export const MAX_BIGINT_DIGITS = 131_072;

/**
 * The most bytes of all values of an index for one document. Postgres refuses rows of an index over
 * 2,704 bytes after compression; this bound does not depend on how well a text compresses.
 */
export const MAX_INDEX_KEY_BYTES = 2600;
