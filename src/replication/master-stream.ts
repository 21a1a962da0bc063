/** The stream of commands from our master: executes them, counts the offset, and passes the very bytes on to our own replicas (section 9.4; commandProcessed in networking.c). */
import type { ByteString } from '../resp/byte-string.js';
import { RequestDecoder } from '../resp/request-decoder.js';

export interface MasterStreamHandlers {
  apply(argv: readonly ByteString[]): void;
  /** Bytes whose commands have been executed; the offset has moved by as many. */
  onApplied(bytes: Uint8Array): void;
  /** The stream cannot be understood. */
  onProtocolError(text: string): void;
}

export class MasterStream {
  readonly #handlers: MasterStreamHandlers;
  readonly #decoder = new RequestDecoder();
  /** Bytes received and not passed on yet. */
  readonly #received: Uint8Array[] = [];
  readonly #firstOffset: number;
  /** Offset of the last byte whose command was executed. */
  #offset: number;
  #receivedBytes = 0;
  #isInTransaction = false;
  #isClosed = false;

  /** @param offset offset of the last byte before the stream. */
  constructor(offset: number, handlers: MasterStreamHandlers) {
    this.#firstOffset = offset;
    this.#offset = offset;
    this.#handlers = handlers;
    this.#decoder.fromMaster = true;
  }

  get offset(): number {
    return this.#offset;
  }

  /** Offset of the last byte received. */
  get receivedOffset(): number {
    return this.#firstOffset + this.#receivedBytes;
  }

  push(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    this.#receivedBytes += chunk.length;
    this.#received.push(chunk);
    this.#decoder.push(chunk);
    for (let argv = this.#decoder.next(); argv !== null; argv = this.#decoder.next()) {
      this.#handlers.apply(argv);
      // The command may have ended the link.
      if (this.#isClosed) return;
      this.#followTransaction(argv);
      if (!this.#isInTransaction) this.#advance(this.#firstOffset + this.#decoder.consumedBytes);
    }
    const { protocolError } = this.#decoder;
    if (protocolError !== null) this.#handlers.onProtocolError(protocolError.text);
  }

  /** Nothing is executed any more. */
  close(): void {
    this.#isClosed = true;
  }

  /** Between MULTI and EXEC the offset stands still: a reconnect has to bring the whole transaction again. */
  #followTransaction(argv: readonly ByteString[]): void {
    const name = argv[0]!;
    if (name.length > 7) return;
    const command = name.toLowerCase();
    if (command === 'multi') this.#isInTransaction = true;
    else if (command === 'exec' || command === 'discard') this.#isInTransaction = false;
  }

  #advance(offset: number): void {
    let count = offset - this.#offset;
    this.#offset = offset;
    while (count > 0) {
      const first = this.#received[0]!;
      if (first.length <= count) {
        this.#received.shift();
        count -= first.length;
        this.#handlers.onApplied(first);
      } else {
        this.#received[0] = first.subarray(count);
        this.#handlers.onApplied(first.subarray(0, count));
        count = 0;
      }
    }
  }
}
