/**
 * Runs random steps on a real redis-server and on a node of ours. The run is cut into rounds that begin with empty
 * databases: each has a seed of its own, from which it can be repeated, and is what a failure is shrunk from.
 */
import { Random } from '../../../src/time/random.js';
import { Pair, show, type Version } from '../compare.js';
import { parseTypedReply } from '../typed-reply.js';
import { isStablePayload } from './comparison.js';
import { Dice } from './dice.js';
import { RandomSteps, type Step, wholeKeySpace } from './steps.js';

const STEPS_OF_A_ROUND = 1200;
/** Steps between two comparisons of the whole key space. */
const STEPS_OF_A_BATCH = 200;
const MAX_PAYLOADS = 40;

/** What makes encodings change early; set on both servers for a round. */
const SETTINGS: readonly Readonly<Record<string, string>>[] = [
  {},
  {},
  { 'hash-max-listpack-entries': '6', 'zset-max-listpack-entries': '8', 'list-max-listpack-size': '4' },
  { 'hash-max-listpack-value': '20', 'zset-max-listpack-value': '5', 'list-max-listpack-size': '-1' },
  { 'stream-node-max-entries': '7', 'list-compress-depth': '1', 'list-max-listpack-size': '3' },
  { 'stream-node-max-bytes': '300', 'hll-sparse-max-bytes': '100', 'list-max-listpack-size': '128' },
];
const DEFAULTS: Readonly<Record<string, string>> = {
  'hash-max-listpack-entries': '512',
  'hash-max-listpack-value': '64',
  'zset-max-listpack-entries': '128',
  'zset-max-listpack-value': '64',
  'list-max-listpack-size': '-2',
  'list-compress-depth': '0',
  'stream-node-max-entries': '100',
  'stream-node-max-bytes': '4096',
  'hll-sparse-max-bytes': '3000',
};

export interface RunOptions {
  readonly seed: number;
  readonly rounds: number;
  readonly cluster: boolean;
  readonly protocol: 2 | 3;
}

export class Lockstep {
  readonly version: Version;
  readonly #pair: Pair;
  readonly #options: RunOptions;
  #commands = 0;

  private constructor(pair: Pair, options: RunOptions) {
    this.version = pair.version;
    this.#pair = pair;
    this.#options = options;
  }

  static async start(options: RunOptions): Promise<Lockstep> {
    const config = { 'enable-debug-command': 'yes', databases: '2' };
    const { cluster } = options;
    const pair = await Pair.start({ cluster, config: cluster ? { 'enable-debug-command': 'yes' } : config });
    return new Lockstep(pair, options);
  }

  /** @returns how many commands were compared; throws with the shortest history found that ends in a difference. */
  async run(): Promise<number> {
    for (let round = 0; round < this.#options.rounds; round++) await this.#round(this.#options.seed + round);
    return this.#commands;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pair.stop();
  }

  async #round(seed: number): Promise<void> {
    const dice = new Dice(new Random(seed));
    const settings = dice.oneOf(SETTINGS);
    const payloads: string[] = [];
    const source = new RandomSteps(dice, { databases: !this.#options.cluster, payloads });
    const history: Step[] = [];
    await this.#begin(settings);
    for (let done = 0; done < STEPS_OF_A_ROUND; done += STEPS_OF_A_BATCH) {
      const steps = Array.from({ length: STEPS_OF_A_BATCH }, () => source.next());
      const seen = wholeKeySpace();
      const batch = [...steps, ...seen];
      const { difference, replies } = await this.#play(batch);
      history.push(...batch);
      if (difference !== null) {
        const before = history.slice(0, history.length - batch.length + difference.at + 1);
        throw new Error(await this.#describe(seed, settings, before));
      }
      keepPayloads(payloads, batch, replies);
    }
  }

  /** Empty databases, this protocol, these settings; nothing else is left of what was before. */
  async #begin(settings: Readonly<Record<string, string>>): Promise<void> {
    const wanted = Object.entries({ ...DEFAULTS, ...settings }).flat();
    const { theirs, ours } = await this.#pair.exchange([
      ['RESET'],
      ['HELLO', String(this.#options.protocol)],
      ['FLUSHALL'],
      ['CONFIG', 'SET', ...wanted],
    ]);
    const isRefused = [...theirs.slice(2), ...ours.slice(2)].some((reply) => reply.toString() !== '+OK\r\n');
    if (isRefused)
      throw new Error(`a round could not begin: ${Buffer.concat([...theirs, ...ours]).toString()}`);
  }

  async #play(
    steps: readonly Step[],
  ): Promise<{ difference: { at: number; text: string } | null; replies: Buffer[] }> {
    const calls = steps.flatMap((step) => step.calls);
    const { theirs, ours } = await this.#pair.exchange(calls);
    this.#commands += calls.length;
    let at = 0;
    for (const [index, step] of steps.entries()) {
      const end = at + step.calls.length;
      const theirPart = theirs.slice(at, end);
      const ourPart = ours.slice(at, end);
      at = end;
      if (theirPart.every((reply, nth) => reply.equals(ourPart[nth] as Buffer))) continue;
      if (step.isSame(theirPart.map(parseTypedReply), ourPart.map(parseTypedReply))) continue;
      return { difference: { at: index, text: describeStep(step, theirPart, ourPart) }, replies: theirs };
    }
    return { difference: null, replies: theirs };
  }

  async #describe(
    seed: number,
    settings: Readonly<Record<string, string>>,
    failing: Step[],
  ): Promise<string> {
    const fails = async (steps: readonly Step[]): Promise<string | null> => {
      await this.#begin(settings);
      return (await this.#play(steps)).difference?.text ?? null;
    };
    const { cluster, protocol } = this.#options;
    const how = `PARITY_SEED=${seed} PARITY_ROUNDS=1 PARITY_MODE=${cluster ? 'cluster' : 'standalone'}${protocol}`;
    const repeat = `${how} npx vitest run test/parity/random`;
    const shortest = (await fails(failing)) === null ? failing : await shrink(failing, fails);
    const text = (await fails(shortest)) ?? 'did not fail again from empty databases';
    const lines = shortest.flatMap((step) => step.calls).map((call) => `  ${show(call)}`);
    const shown = lines.length > MAX_SHOWN ? ['  ...', ...lines.slice(-MAX_SHOWN)] : lines;
    return [
      `redis-server ${this.#pair.release} answers differently (seed ${seed}, ${JSON.stringify(settings)})`,
      ...shown,
      text,
      `repeat: ${repeat}`,
    ].join('\n');
  }
}

const MAX_SHOWN = 40;
/** Of shrinking, so that a failure is told in time. */
const MAX_TRIES = 400;

/** Leaves out what is not needed to fail, from halves to single steps (delta debugging). The last step is what differs. */
async function shrink(
  failing: readonly Step[],
  fails: (steps: readonly Step[]) => Promise<string | null>,
): Promise<readonly Step[]> {
  let current = failing;
  let tries = 0;
  for (let size = Math.ceil(current.length / 2); ; size = Math.ceil(size / 2)) {
    for (let end = current.length - 1; end > 0; end -= size) {
      const start = Math.max(0, end - size);
      const shorter = [...current.slice(0, start), ...current.slice(end)];
      if (++tries > MAX_TRIES) return current;
      if ((await fails(shorter)) !== null) current = shorter;
    }
    if (size === 1) return current;
  }
}

function keepPayloads(payloads: string[], steps: readonly Step[], replies: readonly Buffer[]): void {
  let at = 0;
  for (const step of steps) {
    const isDump = step.calls.length === 1 && step.calls[0]?.[0] === 'DUMP';
    const reply = isDump ? parseTypedReply(replies[at] as Buffer) : null;
    if (reply?.type === '$' && isStablePayload(reply)) payloads.push(reply.value);
    at += step.calls.length;
  }
  payloads.splice(0, payloads.length - MAX_PAYLOADS);
}

function describeStep(step: Step, theirs: readonly Buffer[], ours: readonly Buffer[]): string {
  const differing = step.calls.flatMap((call, index) => {
    const [their, our] = [theirs[index] as Buffer, ours[index] as Buffer];
    return their.equals(our) ? [] : [`${show(call)}\n  theirs: ${shorten(their)}\n  ours:   ${shorten(our)}`];
  });
  return differing.join('\n');
}

function shorten(reply: Buffer): string {
  const text = JSON.stringify(reply.toString('latin1'));
  return text.length > 600 ? `${text.slice(0, 300)}...${text.slice(-200)}` : text;
}
