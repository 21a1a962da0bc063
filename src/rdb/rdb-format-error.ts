/** The one error that reading malformed RDB data throws. */

export class RdbFormatError extends Error {
  override readonly name = 'RdbFormatError';
}
