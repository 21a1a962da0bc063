/** A node cannot start with what its disk holds. The message is the last line of its log; exit code 1. */
export class StartError extends Error {}
