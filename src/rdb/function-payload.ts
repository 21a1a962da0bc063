/** The payload of FUNCTION DUMP and RESTORE: libraries as in an RDB file, RDB version, checksum (functionDumpCommand of functions.c). */
import type { ByteString } from '../resp/byte-string.js';
import { FOOTER_LENGTH } from './dump-payload.js';
import { OPCODE } from './rdb-file.js';
import { RdbFormatError } from './rdb-format-error.js';
import { RdbReader } from './rdb-reader.js';
import { RdbWriter } from './rdb-writer.js';

/** @param codes of the libraries */
export function createFunctionPayload(
  codes: Iterable<ByteString>,
  rdbVersion: number,
  compress = true,
): Uint8Array {
  const writer = new RdbWriter(compress);
  for (const code of codes) {
    writer.byte(OPCODE.function);
    writer.string(code);
  }
  writer.uint16LE(rdbVersion);
  writer.checksum();
  return writer.finish();
}

/** The codes in a payload that was verified before. Throws RdbFormatError, whose message RESTORE answers. */
export function* readFunctionPayload(payload: Uint8Array): Iterable<ByteString> {
  const reader = new RdbReader(payload, 0, payload.length - FOOTER_LENGTH);
  while (reader.remaining > 0) {
    const opcode = reader.byte();
    if (opcode === OPCODE.functionPreview) throw new RdbFormatError('Pre-GA function format not supported');
    if (opcode !== OPCODE.function) throw new RdbFormatError('given type is not a function');
    yield readCode(reader);
  }
}

function readCode(reader: RdbReader): ByteString {
  try {
    return reader.string();
  } catch (error) {
    if (!(error instanceof RdbFormatError)) throw error;
    throw new RdbFormatError('Failed loading library payload', { cause: error });
  }
}
