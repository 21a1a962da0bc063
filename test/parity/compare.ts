/**
 * Sends the same commands to a real redis-server and to a node of ours, both in cluster mode with every slot (or both
 * outside of it), and compares the replies, types included. The real server's release decides which version ours
 * behaves as.
 */
import { expect } from 'vitest';
import { startCluster } from '../../src/index.js';
import {
  type Argument,
  RealConnection,
  type RealRedis,
  startRealNode,
  startRealRedis,
} from '../support/real-redis.js';
import { startStandaloneNode } from './standalone-node.js';
import { parseTypedReply, type TypedReply } from './typed-reply.js';

/** A command with its arguments; text goes as UTF-8. */
export type Call = readonly Argument[];

export interface CompareOptions {
  /** The order of the items is undefined: `items` of an array, `pairs` of a map or of a flat list of pairs. */
  readonly unordered?: 'items' | 'pairs';
  /** Makes alike what may differ, such as times. */
  readonly normalise?: (reply: TypedReply) => unknown;
}

export type Version = '7.0' | '7.2';

export interface PairOptions {
  readonly protocol?: 2 | 3;
  /** Default true: in cluster mode, with every slot. */
  readonly cluster?: boolean;
  /** For both. */
  readonly config?: Readonly<Record<string, string>>;
}

interface Ours {
  readonly port: number;
  stop(): Promise<void>;
}

export class Pair {
  readonly version: Version;
  /** As the real server tells it, such as `7.2.4`. */
  readonly release: string;
  readonly #server: RealRedis;
  readonly #node: Ours;
  readonly #theirs: RealConnection;
  readonly #ours: RealConnection;

  private constructor(
    version: Version,
    server: RealRedis,
    node: Ours,
    theirs: RealConnection,
    ours: RealConnection,
  ) {
    this.version = version;
    this.release = server.version;
    this.#server = server;
    this.#node = node;
    this.#theirs = theirs;
    this.#ours = ours;
  }

  static async start({ protocol = 2, cluster = true, config = {} }: PairOptions = {}): Promise<Pair> {
    const settings = Object.entries(config);
    const args = settings.flatMap(([name, value]) => [`--${name}`, value]);
    const server = await (cluster ? startRealNode : startRealRedis)({ args });
    const version = server.version.startsWith('7.0.') ? '7.0' : '7.2';
    const node = cluster ? await clusterOfOne(version, config) : await standalone(version, config);
    const theirs = await server.connect();
    const ours = await RealConnection.open(node.port);
    if (protocol === 3) await Promise.all([theirs.raw('HELLO', 3), ours.raw('HELLO', 3)]);
    return new Pair(version, server, node, theirs, ours);
  }

  /** Sends all of them to both in one go, text as latin1; gives the bytes of all replies. */
  async exchange(calls: readonly (readonly string[])[]): Promise<{ theirs: Buffer[]; ours: Buffer[] }> {
    const [theirs, ours] = await Promise.all([this.#theirs.rawAll(calls), this.#ours.rawAll(calls)]);
    return { theirs, ours };
  }

  /** Sends to both and gives both replies. Calls in flight at the same time are pipelined. */
  async both(call: Call): Promise<{ theirs: TypedReply; ours: TypedReply }> {
    const [theirs, ours] = await Promise.all([this.#theirs.raw(...call), this.#ours.raw(...call)]);
    return { theirs: parseTypedReply(theirs), ours: parseTypedReply(ours) };
  }

  /** Fails unless both answer the same; gives the reply. */
  async same(call: Call, options: CompareOptions = {}): Promise<TypedReply> {
    const { theirs, ours } = await this.both(call);
    expectSame(call, theirs, ours, options);
    return ours;
  }

  /** As `same`, one call after the other, pipelined. */
  async sameAll(calls: readonly Call[], options: CompareOptions = {}): Promise<void> {
    const replies = await Promise.all(calls.map((call) => this.both(call)));
    for (const [index, { theirs, ours }] of replies.entries()) {
      expectSame(calls[index] as Call, theirs, ours, options);
    }
  }

  async stop(): Promise<void> {
    this.#theirs.close();
    this.#ours.close();
    await Promise.all([this.#server.stop(), this.#node.stop()]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

async function clusterOfOne(version: Version, config: Readonly<Record<string, string>>): Promise<Ours> {
  // Of this directive startCluster has another default than redis-server.
  const cluster = await startCluster(1, 0, { version, config: { 'rdb-del-sync-files': 'no', ...config } });
  return { port: cluster.nodes[0]!.port, stop: () => cluster.stop() };
}

async function standalone(version: Version, config: Readonly<Record<string, string>>): Promise<Ours> {
  const node = await startStandaloneNode(version, config);
  return { port: node.port, stop: () => node[Symbol.asyncDispose]() };
}

/** Fails, naming the call, unless the replies are alike. */
export function expectSame(
  call: Call,
  theirs: TypedReply,
  ours: TypedReply,
  { unordered, normalise = (reply) => reply }: CompareOptions = {},
): void {
  const view = (reply: TypedReply): unknown =>
    normalise(unordered === undefined ? reply : sorted(reply, unordered));
  expect(view(ours), `${show(call)} answers as redis-server does`).toEqual(view(theirs));
}

/** One call a line, arguments split at spaces; `''` is an empty argument. */
export function callsOf(lines: string): Call[] {
  return lines
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line) => line.split(/ +/).map((argument) => (argument === "''" ? '' : argument)));
}

/** The command as one would type it. */
export function show(call: Call): string {
  return call
    .map((argument) => {
      const text =
        argument instanceof Uint8Array ? Buffer.from(argument).toString('latin1') : String(argument);
      return /^[\w:.{}*+-]+$/.test(text) ? text : JSON.stringify(text);
    })
    .join(' ');
}

function sorted(reply: TypedReply, what: 'items' | 'pairs'): TypedReply {
  if (!Array.isArray(reply.value)) return reply;
  const items = reply.value as readonly TypedReply[];
  const width = what === 'pairs' && items.every((item) => !Array.isArray(item.value)) ? 2 : 1;
  const groups: TypedReply[][] = [];
  for (let index = 0; index < items.length; index += width) groups.push(items.slice(index, index + width));
  const keyed = groups.map((group) => ({ group, key: JSON.stringify(group) }));
  keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  return { ...reply, value: keyed.flatMap(({ group }) => group) } as TypedReply;
}
