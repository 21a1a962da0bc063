/** The disk of a node as the node sees it: files by name. In memory for the nodes of a test, a directory for a node that is a process of its own. */

/**
 * Names are relative to `directory`, unless they are absolute. What cannot be done is thrown as an Error with the system's
 * words ("No space left on device").
 */
export interface Storage {
  /** Absolute: what CONFIG GET dir prints. */
  readonly directory: string;
  changeDirectory(path: string): void;
  /** Null: there is no such file. */
  read(file: string): Uint8Array | null;
  /** Bytes; null: there is no such file. */
  size(file: string): number | null;
  /** Replaces the file atomically; durable on return when `fsync` is set. */
  write(file: string, content: Uint8Array, fsync: boolean): void;
  /** Content may be given that is made when it is read; absent = no. */
  readonly takesLateContent?: boolean;
  /** As write(), of content that is made when somebody reads it, or not at all. */
  writeLate?(file: string, make: () => Uint8Array, fsync: boolean): void;
  /** Adds to the end of a file, which is made when it is not there. Not durable before a sync. */
  append(file: string, bytes: Uint8Array): void;
  truncate(file: string, length: number): void;
  /** Durable on return. */
  sync(file: string): void;
  /** Durable when `done` is called, with the reason when it failed. */
  syncLater(file: string, done: (failure: string | null) => void): void;
  /** Durable on return. A file of the new name is replaced. */
  rename(from: string, to: string): void;
  /** Does nothing when there is no such file. */
  remove(file: string): void;
  /** Does nothing when it is there. */
  makeDirectory(directory: string): void;
  isDirectory(directory: string): boolean;
  /** Takes a file for this process alone, until the process ends. @returns false when another process has it. */
  lock(file: string): boolean;
}
