/**
 * Which ports nodes get that ask for none. While a node is stopped nobody listens on its ports, and whoever looks for a free
 * one would take them: another thread or process that runs tests, or the system itself. So they are none that a system
 * gives away to outgoing connections or for port 0 (Linux does that from 32768 on), and each thread has a part of them to
 * itself as long as it has a cluster: it listens on the part's first port, which tells the others.
 */
import { createServer, type Server } from 'node:net';
import { threadId } from 'node:worker_threads';
import { onListening } from '../io/listening.js';
import { realNowMs } from '../io/natives.js';
import { Random } from '../time/random.js';

/** Of client ports; the bus ports are 10000 above. */
const FIRST_PORT = 10_000;
const PART_SIZE = 200;
const PARTS = 40;
/** So many ports are tried in the thread's own part; then any other will do. */
const ATTEMPTS_IN_PART = 25;
const HOST = '127.0.0.1';

/** Client ports of the clusters of this thread, also of nodes that are stopped. */
const held = new Set<number>();

/** The part of this thread, while it holds ports; null: more threads than parts. */
let part: Promise<Part | null> | null = null;

/** Apart from the randomness of the cluster, which must not depend on free ports. */
const choice = new Random(realNowMs() * 1000 + process.pid * 7919 + threadId * 104_729);

interface Part {
  readonly first: number;
  readonly guard: Server;
}

/** @param attempt from 1 on. @returns a client port that is probably free; no other call returns it before giveBackPort(). */
export async function choosePort(attempt: number): Promise<number> {
  for (;;) {
    part ??= takePart();
    const current = part;
    const taken = await current;
    // The last port was given back meanwhile, and the part with it.
    if (part !== current) continue;
    const own = attempt <= ATTEMPTS_IN_PART && held.size < PART_SIZE / 2 ? taken : null;
    const port =
      own === null
        ? FIRST_PORT + choice.below(PARTS * PART_SIZE)
        : own.first + 1 + choice.below(PART_SIZE - 1);
    if (held.has(port)) continue;
    held.add(port);
    return port;
  }
}

/** Leaves a port to others, and with the last one the part. A port that was not chosen here: nothing happens. */
export async function giveBackPort(port: number): Promise<void> {
  if (!held.delete(port) || held.size > 0) return;
  const left = part;
  part = null;
  (await left)?.guard.close();
}

async function takePart(): Promise<Part | null> {
  const from = choice.below(PARTS);
  for (let index = 0; index < PARTS; index++) {
    const first = FIRST_PORT + PART_SIZE * ((from + index) % PARTS);
    const guard = createServer((socket) => void socket.destroy()).unref();
    try {
      await onListening(guard, { host: HOST, port: first });
      return { first, guard };
    } catch {
      // Somebody else's.
    }
  }
  return null;
}
