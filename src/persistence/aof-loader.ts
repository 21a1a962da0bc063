/** Loads the files of an AOF in their order, and decides what a broken end means (loadAppendOnlyFiles of aof.c). */
import { RdbFormatError } from '../rdb/rdb-format-error.js';
import type { ByteString } from '../resp/byte-string.js';
import { type AofFiles, wordsOf } from './aof-files.js';
import type { AofFile } from './aof-manifest.js';
import { AofReader } from './aof-reader.js';
import type { PersistenceHost } from './ports.js';
import { logRdbFailure, logRdbSummary } from './rdb-loader.js';

export type AofLoadResult = 'ok' | 'truncated' | 'missing' | 'empty' | 'failed';

const RDB_SIGNATURE = 'REDIS';

export class AofLoader {
  readonly #host: PersistenceHost;
  readonly #files: AofFiles;
  /** Bytes of all files, and of the base. */
  totalBytes = 0;
  baseBytes = 0;

  constructor(host: PersistenceHost, files: AofFiles) {
    this.#host = host;
    this.#files = files;
  }

  /** Adds what the manifest lists to the dataset. What goes wrong is logged. */
  load(): AofLoadResult {
    this.#files.upgradeOldFile();
    const { base, increments, isEmpty } = this.#files.manifest;
    if (isEmpty) return 'missing';
    const all = base === null ? increments : [base, ...increments];
    if (!this.#measure(all, base)) return 'failed';
    if (this.totalBytes === 0) return 'empty';
    let result: AofLoadResult = 'ok';
    for (const [index, file] of all.entries()) {
      result = this.#loadFile(file);
      const part = file.type === 'b' ? 'base' : 'incr';
      const isLast = index === all.length - 1;
      if (result === 'ok' || (result === 'truncated' && isLast))
        this.#host.log('notice', `DB loaded from ${part} file ${file.name}: 0.000 seconds`);
      if (result === 'empty') result = 'ok';
      if (result === 'truncated' && !isLast) {
        this.#host.log('warning', 'Fatal error: the truncated file is not the last file');
        result = 'failed';
      }
      if (result === 'failed' || result === 'missing') return 'failed';
    }
    return result;
  }

  /** @returns false when a file is not there: then the AOF is not whole. */
  #measure(files: readonly AofFile[], base: AofFile | null): boolean {
    this.totalBytes = 0;
    for (const file of files) {
      const size = this.#host.storage.size(this.#files.pathOf(file.name));
      if (size === null) {
        this.#host.log(
          'warning',
          `Unable to obtain the AOF file ${file.name} length. stat: No such file or directory`,
        );
        return false;
      }
      this.totalBytes += size;
      if (file === base) this.baseBytes = size;
    }
    return true;
  }

  #loadFile({ name }: AofFile): AofLoadResult {
    const { storage, config, log } = this.#host;
    const content = storage.read(this.#files.pathOf(name));
    if (content === null) {
      log('warning', `The append log file ${name} doesn't exist: No such file or directory`);
      return 'missing';
    }
    if (content.length === 0) return 'empty';
    let start = 0;
    if (Buffer.from(content.subarray(0, RDB_SIGNATURE.length)).toString('latin1') === RDB_SIGNATURE) {
      const isOldStyle = name === config.appendfilename;
      const end = this.#loadPreamble(content, name, isOldStyle);
      if (end === null) return 'failed';
      start = end;
      if (isOldStyle) log('notice', 'Reading the remaining AOF tail...');
    }
    return this.#replay(content, start, name);
  }

  /** @returns where the commands begin; null when the RDB part is malformed. */
  #loadPreamble(content: Uint8Array, name: ByteString, isOldStyle: boolean): number | null {
    const { log } = this.#host;
    const part = isOldStyle ? 'preamble of the AOF file' : 'base file';
    log(
      'notice',
      isOldStyle ? 'Reading RDB preamble from AOF file...' : 'Reading RDB base file on AOF loading...',
    );
    try {
      const loaded = this.#host.loadRdb(content, { isAofBase: true });
      logRdbSummary(this.#host, loaded);
      return loaded.bytes;
    } catch (error) {
      if (!(error instanceof RdbFormatError)) throw error;
      logRdbFailure(this.#host, error);
      log('warning', `Error reading the RDB ${part} ${name}, AOF loading aborted`);
      return null;
    }
  }

  #replay(content: Uint8Array, start: number, name: ByteString): AofLoadResult {
    const { log } = this.#host;
    const reader = new AofReader(content, start);
    let validUpTo = start;
    let beforeMulti = start;
    let transaction: (readonly ByteString[])[] | null = null;
    for (;;) {
      const step = reader.next();
      if (step.kind === 'malformed') {
        log(
          'warning',
          `Bad file format reading the append only file ${name}: make a backup of your AOF file, then use ./redis-check-aof --fix <filename.manifest>`,
        );
        return 'failed';
      }
      if (step.kind === 'truncated') return this.#truncate(name, validUpTo);
      if (step.kind === 'end') {
        if (transaction === null) return 'ok';
        log('warning', `Revert incomplete MULTI/EXEC transaction in AOF file ${name}`);
        return this.#truncate(name, beforeMulti);
      }
      const command = step.argv[0]!.toLowerCase();
      if (command === 'multi') {
        beforeMulti = validUpTo;
        transaction = [];
      } else if (command === 'exec') {
        if (!this.#run(transaction ?? [], name)) return 'failed';
        transaction = null;
      } else if (transaction !== null) {
        transaction.push(step.argv);
      } else if (!this.#run([step.argv], name)) {
        return 'failed';
      }
      validUpTo = reader.position;
    }
  }

  #run(commands: readonly (readonly ByteString[])[], name: ByteString): boolean {
    for (const argv of commands) {
      if (this.#host.replay(argv)) continue;
      this.#host.log('warning', `Unknown command '${argv[0]}' reading the append only file ${name}`);
      return false;
    }
    return true;
  }

  /** The file ends in the middle of something: a crash while it was written leaves it so. */
  #truncate(name: ByteString, validUpTo: number): AofLoadResult {
    const { storage, config, log } = this.#host;
    if (config['aof-load-truncated']) {
      log('warning', `!!! Warning: short read while loading the AOF file ${name}!!!`);
      log('warning', `!!! Truncating the AOF ${name} at offset ${validUpTo} !!!`);
      try {
        storage.truncate(this.#files.pathOf(name), validUpTo);
        log('warning', `AOF ${name} loaded anyway because aof-load-truncated is enabled`);
        return 'truncated';
      } catch (error) {
        log('warning', `Error truncating the AOF file ${name}: ${wordsOf(error)}`);
      }
    }
    log(
      'warning',
      `Unexpected end of file reading the append only file ${name}. You can: 1) Make a backup of your AOF file, then use ./redis-check-aof --fix <filename.manifest>. 2) Alternatively you can set the 'aof-load-truncated' configuration option to yes and restart the server.`,
    );
    return 'failed';
  }
}
