/** What a command makes the node send to the very client that runs it, beside the reply, and where that comes: 7.0 sends it as it happens, later releases hold messages back until the reply is complete (_addReplyToBufferOrList of networking.c). */
import type { RedisVersion } from '../commands/command.js';
import type { Session } from '../commands/session.js';
import type { ResolvedCommand } from '../commands/table.js';
import type { ByteString } from '../resp/byte-string.js';
import { NO_REPLY, RawReply, type Reply } from '../resp/reply.js';
import { encodeReply } from '../resp/reply-encoder.js';
import type { ClientSession } from './client-session.js';
import { placeOf } from './event-places.js';

/** The command that runs now; inside of EXEC the queued one. */
export interface RunningCommand {
  readonly runsFor: Session | null;
  readonly command: ResolvedCommand | null;
  readonly argv: readonly ByteString[];
  /** The keyspace event that is being published, or null. */
  readonly event: ByteString | null;
}

export class OwnOutput {
  /** There is something beside the reply: the one thing that a command without any is asked. */
  isPending = false;
  readonly #version: RedisVersion;
  readonly #running: () => RunningCommand;
  /** Before the reply of the command in hand, after some of its elements, or after it. */
  #before = '';
  #inside = '';
  #elementsBeforeInside = 0;
  #after = '';
  /** After the reply of the outermost command. */
  #late = '';

  constructor(version: RedisVersion, running: () => RunningCommand) {
    this.#version = version;
    this.#running = running;
  }

  /** Sends a message to any session: at once, unless it is the one whose command runs. */
  push(session: Session, bytes: ByteString): void {
    const { runsFor, command, argv, event } = this.#running();
    if (session !== runsFor) {
      session.sendRaw(bytes);
      return;
    }
    this.isPending = true;
    if (this.#version !== '7.0') {
      this.#late += bytes;
      return;
    }
    const place = event === null || command === null ? 'before' : placeOf(event, command, argv);
    if (place === 'before') {
      this.#before += bytes;
    } else if (place === 'after') {
      this.#after += bytes;
    } else {
      this.#inside += bytes;
      this.#elementsBeforeInside = place;
    }
  }

  /** Sends what is no message of its own but output like any other, so that CLIENT REPLY silences it: lines of MONITOR. */
  print(session: Session, bytes: ByteString): void {
    if (session.replyMode !== 'on') return;
    if (session !== this.#running().runsFor) {
      session.sendRaw(bytes);
      return;
    }
    this.isPending = true;
    this.#after += bytes;
  }

  /** The reply of a command inside of EXEC, with what belongs around it. */
  surround(session: Session, reply: Reply): Reply {
    if (this.#before === '' && this.#inside === '' && this.#after === '') return reply;
    const bytes = this.#before + this.#withInside(session, reply) + this.#after;
    this.#before = '';
    this.#after = '';
    return new RawReply(bytes);
  }

  /** Sends the reply of the outermost command with all that belongs around it. */
  reply(session: ClientSession, reply: Reply): void {
    const before = this.#before;
    const after = this.#after + this.#late;
    this.#before = '';
    this.#after = '';
    this.#late = '';
    this.isPending = false;
    session.sendRaw(before);
    if (this.#inside !== '') session.reply(new RawReply(this.#withInside(session, reply)));
    else if (reply !== NO_REPLY) session.reply(reply);
    session.sendRaw(after);
  }

  #withInside({ protocol }: Session, reply: Reply): ByteString {
    const bytes = encodeReply(reply, protocol, this.#version);
    if (this.#inside === '') return bytes;
    const place = endOfElements(bytes, this.#elementsBeforeInside);
    const inside = this.#inside;
    this.#inside = '';
    return bytes.slice(0, place) + inside + bytes.slice(place);
  }
}

/** The offset behind the first elements: a header, or a bulk string with its bytes. */
function endOfElements(bytes: ByteString, count: number): number {
  let end = 0;
  for (let element = 0; element < count; element++) {
    const lineEnd = bytes.indexOf('\r\n', end) + 2;
    const length = bytes[end] === '$' ? Number.parseInt(bytes.slice(end + 1), 10) : -1;
    end = length >= 0 ? lineEnd + length + 2 : lineEnd;
  }
  return end;
}
