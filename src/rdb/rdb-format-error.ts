/** The errors that reading malformed RDB data throws. */

export class RdbFormatError extends Error {
  override readonly name = 'RdbFormatError';
}

/** Redis does not go on after that, whoever wanted the file to be loaded. */
export class DuplicateKeyError extends RdbFormatError {}
