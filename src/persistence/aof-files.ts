/** The files of the AOF on the disk: its directory, its manifest, what is moved and removed (the file side of aof.c). */
import { byteStringToBytes, bytesToByteString } from '../resp/byte-string.js';
import { AofManifest, AofManifestError } from './aof-manifest.js';
import type { PersistenceHost } from './ports.js';
import { StartError } from './start-error.js';

export class AofFiles {
  readonly #host: PersistenceHost;
  #manifest = AofManifest.EMPTY;

  constructor(host: PersistenceHost) {
    this.#host = host;
  }

  /** What the disk says. */
  get manifest(): AofManifest {
    return this.#manifest;
  }

  pathOf(name: string): string {
    return `${this.#host.config.appenddirname}/${name}`;
  }

  /** @throws StartError when the manifest is malformed. */
  loadManifest(): void {
    this.#manifest = AofManifest.EMPTY;
    const { storage, config, log } = this.#host;
    if (!storage.isDirectory(config.appenddirname)) {
      log('debug', `The AOF directory ${config.appenddirname} doesn't exist`);
      return;
    }
    const content = storage.read(this.pathOf(this.#manifestName));
    if (content === null) {
      log('debug', `The AOF manifest file ${this.#manifestName} doesn't exist`);
      return;
    }
    try {
      this.#manifest = AofManifest.parse(bytesToByteString(content));
    } catch (error) {
      if (!(error instanceof AofManifestError)) throw error;
      log('warning', '\n*** FATAL AOF MANIFEST FILE ERROR ***\n');
      if (error.line !== null) {
        log('warning', `Reading the manifest file, at line ${error.lineNumber}\n`);
        log('warning', `>>> '${error.line}'\n`);
      }
      log('warning', `${error.message}\n`);
      throw new StartError(error.message, { cause: error });
    }
  }

  /** The manifest on the disk becomes this one. @returns false when that fails, which was logged. */
  commit(manifest: AofManifest): boolean {
    try {
      this.#host.storage.write(this.pathOf(this.#manifestName), byteStringToBytes(manifest.format()), true);
    } catch (error) {
      this.#host.log(
        'warning',
        `Can't open the AOF manifest file temp-${this.#manifestName}: ${wordsOf(error)}`,
      );
      return false;
    }
    this.#manifest = manifest;
    return true;
  }

  /** @returns false when that fails, which was logged. */
  makeDirectory(): boolean {
    const { storage, config, log } = this.#host;
    try {
      storage.makeDirectory(config.appenddirname);
      return true;
    } catch (error) {
      log('warning', `Can't open or create append-only dir ${config.appenddirname}: ${wordsOf(error)}`);
      return false;
    }
  }

  /** Begins an empty file. @returns false when that fails, which was logged. */
  createFile(name: string): boolean {
    try {
      this.#host.storage.write(this.pathOf(name), new Uint8Array(0), false);
      return true;
    } catch (error) {
      this.#host.log('warning', `Can't open the append-only file ${name}: ${wordsOf(error)}`);
      return false;
    }
  }

  /** Files that the last rewrite made superfluous. */
  removeHistory(): void {
    const { storage, config, log } = this.#host;
    if (config['aof-disable-auto-gc'] || this.#manifest.history.length === 0) return;
    for (const { name } of this.#manifest.history) {
      log('notice', `Removing the history file ${name} in the background`);
      storage.remove(this.pathOf(name));
    }
    this.commit(this.#manifest.withoutHistory());
  }

  /** An AOF of a release before 7.0 lies in the working directory: it becomes the base. @throws StartError */
  upgradeOldFile(): void {
    const { storage, config, log } = this.#host;
    const { appendfilename: name, appenddirname: directory } = config;
    if (storage.size(name) === null) return;
    const { base, increments, isEmpty } = this.#manifest;
    const wasInterrupted =
      base?.name === name && increments.length === 0 && storage.size(this.pathOf(name)) === null;
    if (storage.isDirectory(directory) && !isEmpty && !wasInterrupted) return;
    if (!this.makeDirectory() || !this.commit(AofManifest.upgraded(name))) {
      throw new StartError(`Can't open or create append-only dir ${directory}`);
    }
    try {
      storage.rename(name, this.pathOf(name));
    } catch (error) {
      const text = `Error trying to move the old AOF file ${name} into dir ${directory}: ${wordsOf(error)}`;
      log('warning', text);
      throw new StartError(text, { cause: error });
    }
    log(
      'notice',
      `Successfully migrated an old-style AOF file (${name}) into the AOF directory (${directory}).`,
    );
  }

  get #manifestName(): string {
    return `${this.#host.config.appendfilename}.manifest`;
  }
}

/** What the system says of a failure. */
export function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
