/** Why a function library cannot be loaded; the message is what the client is told. */
export class LibraryError extends Error {
  override readonly name = 'LibraryError';
}
