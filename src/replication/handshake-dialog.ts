/** Leads a replica through the handshake, line by line, up to the answer to PSYNC (section 9.1; syncWithMaster in replication.c). */
import type { ByteString } from '../resp/byte-string.js';
import { encodeRequest } from '../resp/request-encoder.js';
import {
  acceptsPingAnswer,
  type HandshakeStep,
  handshakeSteps,
  PING,
  type PsyncAnswer,
  parsePsyncAnswer,
} from './handshake.js';
import { LineBuffer } from './line-buffer.js';
import type { ReplicationHost } from './ports.js';

const MAX_LINE = 255;
/** A line that began has to end within this (repl_syncio_timeout). */
const MAX_LINE_SECONDS = 5;

/** Where a stream was left, so that PSYNC can go on from there. */
export interface StreamPosition {
  readonly replicationId: string;
  readonly offset: number;
}

export interface HandshakeHandlers {
  /** A whole line came. */
  onLine(): void;
  write(bytes: ByteString): void;
  /** The attempt is over. */
  onFailure(why: string): void;
  /** The dialog is over. */
  onPsyncAnswer(answer: PsyncAnswer): void;
  positionToContinue(): StreamPosition | null;
  /** The master has to take over the role of ours: PSYNC says so. */
  isFailover(): boolean;
}

export class HandshakeDialog {
  readonly #host: ReplicationHost;
  readonly #handlers: HandshakeHandlers;
  readonly #lines = new LineBuffer(MAX_LINE);
  /** What an answer is expected to; null = to PING, empty = to PSYNC. */
  #expected: HandshakeStep[] | null = null;
  #isOver = false;
  /** Unix ms at which the line in hand began. */
  #lineBeganAtMs = 0;

  constructor(host: ReplicationHost, handlers: HandshakeHandlers) {
    this.#host = host;
    this.#handlers = handlers;
  }

  get awaitsPsyncAnswer(): boolean {
    return this.#expected?.length === 0;
  }

  /** A line began long ago and has not ended. */
  get isStuck(): boolean {
    return (
      this.#lines.isWithinLine && this.#host.clock.nowMs() - this.#lineBeganAtMs > MAX_LINE_SECONDS * 1000
    );
  }

  start(): void {
    this.#handlers.write(PING);
  }

  push(chunk: Uint8Array): void {
    if (!this.#lines.isWithinLine) this.#lineBeganAtMs = this.#host.clock.nowMs();
    this.#lines.push(chunk);
    while (!this.#isOver) {
      const line = this.#lines.next();
      if (line === null) return;
      this.#lineBeganAtMs = this.#host.clock.nowMs();
      this.#handlers.onLine();
      if (this.#expected === null) this.#onPingAnswer(line);
      else if (this.#expected.length > 0) this.#onStepAnswer(line);
      // The master sends empty lines until it knows the answer, to keep the connection alive.
      else if (line !== '') this.#onPsyncAnswer(line);
    }
  }

  /** What came after the answer to PSYNC. */
  takeRest(): Uint8Array {
    return this.#lines.takeRest();
  }

  #onPingAnswer(line: ByteString): void {
    if (!acceptsPingAnswer(line)) {
      this.#fail(`Error reply to PING from master: '${line}'`);
      return;
    }
    this.#host.log('notice', 'Master replied to PING, replication can continue...');
    this.#expected = handshakeSteps(this.#host);
    for (const step of this.#expected) this.#handlers.write(step.request);
  }

  #onStepAnswer(line: ByteString): void {
    const step = this.#expected?.shift();
    if (step === undefined) return;
    if (line.startsWith('-')) {
      if (step.name === 'auth') {
        this.#fail(`Unable to AUTH to MASTER: ${line}`);
        return;
      }
      this.#host.log('notice', `(Non critical) Master does not understand REPLCONF ${step.name}: ${line}`);
    }
    if (this.awaitsPsyncAnswer) this.#sendPsync();
  }

  #sendPsync(): void {
    const position = this.#handlers.positionToContinue();
    let request = ['PSYNC', '?', '-1'];
    if (position === null) {
      this.#host.log('notice', 'Partial resynchronization not possible (no cached master)');
    } else {
      const { offset, replicationId } = position;
      request = ['PSYNC', replicationId, String(offset + 1)];
      this.#host.log(
        'notice',
        `Trying a partial resynchronization (request ${replicationId}:${offset + 1}).`,
      );
    }
    if (this.#handlers.isFailover()) request.push('FAILOVER');
    this.#handlers.write(encodeRequest(request));
  }

  #onPsyncAnswer(line: ByteString): void {
    this.#isOver = true;
    const answer = parsePsyncAnswer(line);
    const { log } = this.#host;
    if (answer.kind === 'continue') {
      log('notice', 'Successful partial resynchronization with master.');
    } else if (answer.kind === 'try-later') {
      log('notice', `Master is currently unable to PSYNC but should be in the future: ${line}`);
    } else if (answer.kind === 'not-supported') {
      if (answer.isError) {
        log('notice', `Master does not support PSYNC or is in error state (reply: ${line})`);
      } else {
        log('warning', `Unexpected reply to PSYNC from master: ${line}`);
      }
    } else if (answer.offset < 0) {
      log('warning', 'Master replied with wrong +FULLRESYNC syntax.');
    } else {
      log('notice', `Full resync from master: ${answer.replicationId}:${answer.offset}`);
    }
    this.#handlers.onPsyncAnswer(answer);
  }

  #fail(why: string): void {
    this.#isOver = true;
    this.#handlers.onFailure(why);
  }
}
