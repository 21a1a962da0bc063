/** One command of a client, as a test sees it. */
import { hashSlotOfBytes } from '../../../fixtures/key-slot.js';
import type { Session } from '../../commands/session.js';
import type { ResolvedCommand } from '../../commands/table.js';
import type { ByteString } from '../../resp/byte-string.js';
import type { TestNode } from '../test-node.js';

/** A command that a client sent. */
export interface CommandCall {
  /** Virtual time, Unix milliseconds. */
  readonly atMs: number;
  readonly node: TestNode;
  /** In capitals, with its subcommand: `GET`, `CLUSTER SLOTS`. */
  readonly command: string;
  /** What follows the command (of `CLUSTER SLOTS`, what follows `SLOTS`), as UTF-8 text. */
  readonly args: readonly string[];
  readonly keys: readonly string[];
  /** Hash slot of the first key; null when there is none. */
  readonly slot: number | null;
  readonly client: CallingClient;
}

/** As CLIENT LIST tells of it. */
export interface CallingClient {
  readonly id: number;
  readonly name: string;
  /** `ip:port` */
  readonly address: string;
}

/** The name of a command as users write it: `CLUSTER SLOTS`. */
export function commandName(command: ResolvedCommand | undefined, argv: readonly ByteString[]): string {
  return (command?.fullName ?? text(argv[0] ?? '')).replace('|', ' ').toUpperCase();
}

export function callOf(
  node: TestNode,
  session: Session,
  command: ResolvedCommand | undefined,
  argv: readonly ByteString[],
  atMs: number,
): CommandCall {
  const positions = command?.acceptsArgumentCount(argv.length) === true ? command.keyPositions(argv) : [];
  const [first] = positions;
  return {
    atMs,
    node,
    command: commandName(command, argv),
    args: argv.slice(command?.fullName.includes('|') === true ? 2 : 1).map(text),
    keys: positions.map((position) => text(argv[position] as ByteString)),
    slot: first === undefined ? null : hashSlotOfBytes(argv[first] as ByteString),
    client: { id: session.id, name: text(session.name), address: session.address },
  };
}

/** Bytes as the UTF-8 text that they mostly are. */
function text(bytes: ByteString): string {
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
