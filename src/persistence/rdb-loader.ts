/** Loads the RDB file when a node starts, and words what Redis says about it (rdbLoad of rdb.c, loadDataFromDisk of server.c). */
import { DuplicateKeyError, RdbFormatError } from '../rdb/rdb-format-error.js';
import { parseSafeInteger } from '../resp/integer.js';
import type { LoadedRdb, LoadRdbOptions, PersistenceHost } from './ports.js';

const MB = 1024 * 1024;

/**
 * @param fails says what is wrong with a malformed file; that of a start by default.
 * @returns null when it is malformed.
 */
export function loadRdbFile(
  host: PersistenceHost,
  file: Uint8Array,
  options: LoadRdbOptions,
  fails: (host: PersistenceHost, error: RdbFormatError) => void = logRdbFailure,
): LoadedRdb | null {
  try {
    const loaded = host.loadRdb(file, options);
    logRdbSummary(host, loaded);
    return loaded;
  } catch (error) {
    if (!(error instanceof RdbFormatError)) throw error;
    fails(host, error);
    return null;
  }
}

export function logRdbSummary(host: PersistenceHost, loaded: LoadedRdb): void {
  const { aux, keys, expired, emptyKeysSkipped } = loaded;
  const log = (text: string): void => host.log('notice', text);
  const version = aux.get('redis-ver');
  if (version !== undefined) log(`Loading RDB produced by version ${version}`);
  const createdAtS = parseSafeInteger(aux.get('ctime') ?? '');
  if (createdAtS !== null) {
    const ageS = Math.max(0, Math.floor(host.clock.nowMs() / 1000) - createdAtS);
    log(`RDB age ${ageS} seconds`);
  }
  const memory = parseSafeInteger(aux.get('used-mem') ?? '');
  if (memory !== null) log(`RDB memory usage when created ${(memory / MB).toFixed(2)} Mb`);
  if (isSet(aux.get('aof-preamble'))) log('RDB has an AOF tail');
  if (isSet(aux.get('aof-base'))) log('RDB is base AOF');
  const skipped = emptyKeysSkipped > 0 ? `, empty keys skipped: ${emptyKeysSkipped}` : '';
  log(`Done loading RDB, keys loaded: ${keys}, keys expired: ${expired.length}${skipped}.`);
}

/** What is wrong with the file, in the words that Redis has for it. */
export function logRdbFailure(host: PersistenceHost, error: RdbFormatError): void {
  const { message } = error;
  const log = (text: string): void => host.log('warning', text);
  // The header is not what it should be: Redis does not call that an internal error.
  if (isHeaderFailure(error)) {
    log(message);
    return;
  }
  if (message.startsWith('Unexpected EOF'))
    log('Short read or OOM loading DB. Unrecoverable error, aborting now.');
  log(`Internal error in RDB reading offset 0, function at rdb.c:${lineOf(message)} -> ${message}`);
  log('Terminating server after rdb file reading failure.');
}

/** As `logRdbFailure`, where a command asked for the file: the process lives on, unless a key is there twice. */
export function failReload(host: PersistenceHost, error: RdbFormatError): void {
  if (error instanceof DuplicateKeyError) {
    logRdbFailure(host, error);
    host.exit(1);
  } else if (!isHeaderFailure(error)) {
    host.log('warning', 'Short read or OOM loading DB. Unrecoverable error, aborting now.');
  } else {
    host.log('warning', error.message);
  }
}

function isHeaderFailure({ message }: RdbFormatError): boolean {
  return message.startsWith('Wrong signature') || message.startsWith("Can't handle RDB");
}

/** Where in rdb.c of 7.2.4 it is reported. */
function lineOf(message: string): number {
  return message.startsWith('Unexpected EOF') ? 3364 : 3340;
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && (parseSafeInteger(value) ?? 0) !== 0;
}
