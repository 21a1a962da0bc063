/**
 * Plays the same lines with several clients on a real redis-server and on a node of ours, and compares all bytes that
 * each client got after each line. For what comes unasked: messages, invalidations, lines of MONITOR.
 */
import { connect, type Socket } from 'node:net';
import { expect, vi } from 'vitest';
import { startCluster } from '../../src/index.js';
import { countComparison } from '../support/compared-calls.js';
import { startRealNode, startRealRedis } from '../support/real-redis.js';
import type { Version } from './compare.js';
import { startStandaloneNode } from './standalone-node.js';

/**
 * When a server has answered this twice on a connection of its own, whatever came before has been handled and its
 * output written. MONITOR shows nothing of it.
 */
const BARRIER = ['CLIENT', 'NO-EVICT', 'OFF'] as const;

export interface TranscriptOptions {
  /** Both in cluster mode, with every slot. */
  readonly cluster?: boolean;
  readonly config?: Readonly<Record<string, string>>;
  /** What `<text:name>` stands for: arguments with spaces. */
  readonly texts?: Readonly<Record<string, string>>;
}

export class Transcript {
  readonly version: Version;
  readonly #theirPort: number;
  readonly #ourPort: number;
  readonly #release: () => Promise<unknown>;
  readonly #texts: Readonly<Record<string, string>>;
  readonly #clients = new Map<string, Record<Side, Stream>>();
  #barrier: Record<Side, Stream> | null = null;

  private constructor(
    version: Version,
    ports: { theirs: number; ours: number },
    release: () => Promise<unknown>,
    texts: Readonly<Record<string, string>>,
  ) {
    this.#texts = texts;
    this.version = version;
    this.#theirPort = ports.theirs;
    this.#ourPort = ports.ours;
    this.#release = release;
  }

  static async start({
    cluster = false,
    config = {},
    texts = {},
  }: TranscriptOptions = {}): Promise<Transcript> {
    const args = Object.entries(config).flatMap(([name, value]) => [`--${name}`, value]);
    const server = await (cluster ? startRealNode : startRealRedis)({ args });
    const version = server.version.startsWith('7.0.') ? '7.0' : '7.2';
    const ours = cluster ? await oursInCluster(version, config) : await oursAlone(version, config);
    const release = (): Promise<unknown> => Promise.all([server.stop(), ours.release()]);
    return new Transcript(version, { theirs: server.port, ours: ours.port }, release, texts);
  }

  /**
   * @param lines `client: command argument ...`, one a line; ` | ` between commands that are sent together. A client
   * is connected when it is first named: `client3` speaks RESP3, others RESP2. `''` is an empty argument, `<id:client>`
   * a client's id, `<text:name>` a text of the options, `close` ends the connection. After the commands ` | <client> hears`
   * waits for something that comes by itself, and maybe at once.
   */
  async play(lines: string): Promise<void> {
    for (const line of lines.split('\n').map((each) => each.trim())) {
      if (line === '') continue;
      const [, name = '', commands = ''] = /^(\w+): (.*)$/.exec(line) ?? [];
      const client = this.#clients.get(name) ?? (await this.#connect(name));
      if (commands === 'close') {
        for (const side of SIDES) client[side].close();
        this.#clients.delete(name);
      } else {
        const parts = commands.split(' | ');
        const hearer = / hears$/.test(parts.at(-1) as string) ? parts.pop()?.split(' ')[0] : undefined;
        for (const side of SIDES) {
          const calls = parts.map((each) => this.#argvOf(each, side));
          client[side].send(calls);
          if (side === 'theirs') for (const call of calls) countComparison(call, null);
        }
        if (hearer !== undefined) {
          const listening = this.#clients.get(hearer);
          await Promise.all(SIDES.map((side) => listening?.[side].hears()));
        }
      }
      await this.#same(line);
    }
  }

  /** Fails unless these fields of a section of INFO are the same. */
  async fields(name: string, section: string, fields: readonly string[]): Promise<void> {
    const client = this.#clients.get(name) ?? (await this.#connect(name));
    const [theirs, ours] = await Promise.all(
      SIDES.map(async (side) => {
        const info = await client[side].ask(['INFO', section], /\r\n\r\n$/);
        return info.split('\r\n').filter((line) => fields.includes(line.split(':')[0] as string));
      }),
    );
    expect(ours, `INFO ${section}`).toEqual(theirs);
  }

  /** Fails unless CLIENT LIST describes the clients alike, by these fields. Their order changes with time (clientsCron). */
  async list(name: string, fields: readonly string[]): Promise<void> {
    const client = this.#clients.get(name) ?? (await this.#connect(name));
    const [theirs, ours] = await Promise.all(
      SIDES.map(async (side) => {
        const ids = new Map([...this.#clients].map(([each, streams]) => [streams[side].id, each]));
        const lines = (await client[side].ask(['CLIENT', 'LIST'], /\n\r\n$/)).split('\n');
        return lines
          .map((line) => new Map(line.split(' ').map((pair) => pair.split('=') as [string, string])))
          .filter((line) => ids.has(line.get('id') ?? ''))
          .map((line) => [
            ids.get(line.get('id') ?? ''),
            ...fields.map((field) => `${field}=${line.get(field)}`),
          ])
          .sort();
      }),
    );
    expect(ours, 'CLIENT LIST').toEqual(theirs);
  }

  async stop(): Promise<void> {
    for (const client of [...this.#clients.values(), this.#barrier]) {
      for (const side of SIDES) client?.[side].close();
    }
    await this.#release();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #open(protocol: 2 | 3): Promise<Record<Side, Stream>> {
    const [theirs, ours] = await Promise.all([
      Stream.open(this.#theirPort, protocol),
      Stream.open(this.#ourPort, protocol),
    ]);
    return { theirs, ours };
  }

  async #connect(name: string): Promise<Record<Side, Stream>> {
    const client = await this.#open(name.endsWith('3') ? 3 : 2);
    this.#clients.set(name, client);
    return client;
  }

  #argvOf(command: string, side: Side): string[] {
    return command.split(/ +/).map((argument) => {
      if (argument === "''") return '';
      const text = /^<text:(\w+)>$/.exec(argument)?.[1];
      if (text !== undefined) return this.#texts[text] ?? '';
      const id = /^<id:(\w+)>$/.exec(argument)?.[1];
      return id === undefined ? argument : (this.#clients.get(id)?.[side].id ?? '0');
    });
  }

  get #differs(): boolean {
    return [...this.#clients.values()].some(({ theirs, ours }) => theirs.text !== ours.text);
  }

  async #same(line: string): Promise<void> {
    this.#barrier ??= await this.#open(2);
    // One round until all is handled, one until it is written; the end of a server may take longer to be noticed.
    const handled = (): Promise<unknown> =>
      Promise.all(SIDES.map((side) => this.#barrier?.[side].ask(BARRIER)));
    await handled();
    await handled();
    const alike = async (): Promise<void> => {
      await handled();
      if (this.#differs) throw new Error('they differ');
    };
    await vi.waitFor(alike, { interval: 2, timeout: PATIENCE_MS }).catch(() => undefined);
    for (const [name, { theirs, ours }] of this.#clients) {
      expect(ours.take(), `what ${name} gets after "${line}"`).toBe(theirs.take());
    }
  }
}

/** What has not come by then does not come. */
const PATIENCE_MS = 3000;

type Side = 'theirs' | 'ours';
const SIDES: readonly Side[] = ['theirs', 'ours'];

/** All that one connection gets. */
class Stream {
  id = '';
  #received = '';
  #isClosed = false;
  #wake: () => void = () => undefined;
  readonly #socket: Socket;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (chunk) => {
      this.#received += chunk.toString('latin1');
      this.#wake();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.#received += '(closed)';
      this.#isClosed = true;
      this.#wake();
    });
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  static async open(port: number, protocol: 2 | 3): Promise<Stream> {
    const socket = connect(port, '127.0.0.1');
    await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    const stream = new Stream(socket);
    stream.id = /:(\d+)\r\n/.exec(await stream.ask(['CLIENT', 'ID']))?.[1] ?? '';
    if (protocol === 3) await stream.ask(['HELLO', '3'], /modules\r\n\*0\r\n$/);
    return stream;
  }

  /** With what differs from side to side made alike: times, addresses, ids. */
  get text(): string {
    return this.#received
      .replace(/\b\d{10}\.\d{6}\b/g, '<time>')
      .replace(/127\.0\.0\.1:\d+/g, '<address>')
      .replace(/(tracking-redir-broken|\$2\r\nid|\$8\r\nredirect|\$11\r\nduration_ms)\r\n:\d+/g, '$1:<id>');
  }

  take(): string {
    const { text } = this;
    this.#received = '';
    return text;
  }

  send(commands: readonly (readonly string[])[]): void {
    const requests = commands.map(
      (argv) =>
        `*${argv.length}\r\n${argv.map((each) => `$${Buffer.byteLength(each)}\r\n${each}\r\n`).join('')}`,
    );
    this.#socket.write(requests.join(''));
  }

  close(): void {
    this.#socket.destroy();
  }

  /** Sends a command and gives what comes until the end of the answer. */
  async ask(argv: readonly string[], end = /\r\n$/): Promise<string> {
    this.send([argv]);
    while (!end.test(this.#received) && !this.#isClosed) await this.#change();
    return this.take();
  }

  async hears(): Promise<void> {
    while (this.#received === '' && !this.#isClosed) await this.#change();
  }
}

interface Ours {
  readonly port: number;
  release(): Promise<void>;
}

async function oursAlone(version: Version, config: Readonly<Record<string, string>>): Promise<Ours> {
  const node = await startStandaloneNode(version, config);
  return { port: node.port, release: () => node[Symbol.asyncDispose]() };
}

async function oursInCluster(version: Version, config: Readonly<Record<string, string>>): Promise<Ours> {
  const cluster = await startCluster(1, 0, { version, config });
  return { port: cluster.nodes[0]!.port, release: () => cluster.stop() };
}
