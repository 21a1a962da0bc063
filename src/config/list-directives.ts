// Directives with a syntax of their own: save, client-output-buffer-limit, bind, replicaof... (the "special" ones of config.c).
import { asCString, type ByteString } from '../resp/byte-string.js';
import { parseDouble } from '../resp/double.js';
import { formatMemory, parseMemory, strtoll } from './c-numbers.js';
import type { Accepted, Directive, DirectiveOptions, Refused } from './directive.js';
import { formatKeyspaceEvents, parseKeyspaceEvents } from './keyspace-events.js';
import { quoteArgument } from './quote-argument.js';

const WRONG_COUNT: Refused = { refused: 'wrong number of arguments' };

/** A dataset is saved when at least `changes` happened in `seconds`. */
export interface SavePoint {
  readonly seconds: number;
  readonly changes: number;
}

export function savePoints(defaultValue: readonly SavePoint[]): Directive<readonly SavePoint[]> {
  const print = (points: readonly SavePoint[]): string =>
    points.map(({ seconds, changes }) => `${seconds} ${changes}`).join(' ');
  return {
    multiArgument: true,
    defaultValue,
    parse(args, { previous, repeatedInFile }): Accepted<readonly SavePoint[]> | Refused {
      const isEmpty = args.length === 1 && asCString(args[0]!) === '';
      const numbers = isEmpty ? [] : args.map(strtoll);
      const isBad = (number: bigint | null, index: number): boolean =>
        number === null || number < (index % 2 === 0 ? 1n : 0n);
      if (numbers.length % 2 !== 0 || numbers.some(isBad)) return { refused: 'Invalid save parameters' };
      const points: SavePoint[] = isEmpty || !repeatedInFile ? [] : [...previous];
      for (let index = 0; index < numbers.length; index += 2) {
        // The number of changes is a C int.
        const changes = Number(BigInt.asIntN(32, numbers[index + 1]!));
        points.push({ seconds: Number(numbers[index]), changes });
      }
      return { value: points, text: print(points) };
    },
    print,
    rewrite(name, points) {
      if (points.length === 0) return [{ line: `${name} ""`, force: true }];
      return points.map(({ seconds, changes }) => ({ line: `${name} ${seconds} ${changes}`, force: true }));
    },
  };
}

/** Bytes and seconds; 0 = no limit. */
export interface OutputBufferLimit {
  readonly hard: number;
  readonly soft: number;
  readonly softSeconds: number;
}

export interface OutputBufferLimits {
  readonly normal: OutputBufferLimit;
  readonly replica: OutputBufferLimit;
  readonly pubsub: OutputBufferLimit;
}

const CLIENT_CLASSES = { normal: 'normal', slave: 'replica', replica: 'replica', pubsub: 'pubsub' } as const;
const PRINTED_CLASSES = [
  ['normal', 'normal'],
  ['slave', 'replica'],
  ['pubsub', 'pubsub'],
] as const;

export function outputBufferLimits(defaultValue: OutputBufferLimits): Directive<OutputBufferLimits> {
  const print = (limits: OutputBufferLimits): string =>
    PRINTED_CLASSES.map(([name, key]) => {
      const { hard, soft, softSeconds } = limits[key];
      return `${name} ${hard} ${soft} ${softSeconds}`;
    }).join(' ');
  return {
    multiArgument: true,
    defaultValue,
    parse(args, { previous }): Accepted<OutputBufferLimits> | Refused {
      if (args.length % 4 !== 0)
        return { refused: 'Wrong number of arguments in buffer limit configuration.' };
      const limits = { ...previous };
      for (let index = 0; index < args.length; index += 4) {
        const className = asCString(args[index]!).toLowerCase();
        if (!Object.hasOwn(CLIENT_CLASSES, className)) {
          return { refused: 'Invalid client class specified in buffer limit configuration.' };
        }
        const hard = parseMemory(args[index + 1]!);
        const soft = parseMemory(args[index + 2]!);
        const seconds = strtoll(args[index + 3]!);
        const softSeconds = seconds === null ? -1 : Number(BigInt.asIntN(32, seconds));
        if (hard === null || soft === null || softSeconds < 0) {
          return { refused: 'Error in hard, soft or soft_seconds setting in buffer limit configuration.' };
        }
        limits[CLIENT_CLASSES[className as keyof typeof CLIENT_CLASSES]] = {
          hard: Number(hard),
          soft: Number(soft),
          softSeconds,
        };
      }
      return { value: limits, text: print(limits) };
    },
    print,
    rewrite: (name, limits) =>
      PRINTED_CLASSES.map(([, key]) => {
        const { hard, soft, softSeconds } = limits[key];
        const usual = defaultValue[key];
        return {
          line: `${name} ${key} ${formatMemory(BigInt(hard))} ${formatMemory(BigInt(soft))} ${softSeconds}`,
          force: hard !== usual.hard || soft !== usual.soft || softSeconds !== usual.softSeconds,
        };
      }),
  };
}

const OOM_SCORE_LIMIT = 2000n;

/** Scores of the kernel's out-of-memory killer for masters, replicas and child processes. */
export function oomScoreValues(defaultValue: readonly number[]): Directive<readonly number[]> {
  return {
    multiArgument: true,
    defaultValue,
    parse(args): Accepted<readonly number[]> | Refused {
      if (args.length !== defaultValue.length) return WRONG_COUNT;
      const scores = args.map(strtoll);
      if (scores.some((score) => score === null || score < -OOM_SCORE_LIMIT || score > OOM_SCORE_LIMIT)) {
        return { refused: 'Invalid oom-score-adj-values, elements must be between -2000 and 2000.' };
      }
      return { value: scores.map(Number), text: scores.join(' ') };
    },
    print: (scores) => scores.join(' '),
    rewrite: (name, scores) => [
      {
        line: `${name} ${scores.join(' ')}`,
        force: scores.some((score, index) => score !== defaultValue[index]),
      },
    ],
  };
}

export function keyspaceEvents(): Directive<string> {
  return {
    defaultValue: '',
    // With A, n makes no difference to the text.
    volatile: true,
    parse(args): Accepted<string> | Refused {
      if (args.length !== 1) return WRONG_COUNT;
      const letters = parseKeyspaceEvents(asCString(args[0]!));
      if (letters === null) return { refused: "Invalid event class character. Use 'Ag$lshzxeKEtmdn'." };
      const value = [...letters].join('');
      return { value, text: printKeyspaceEvents(value) };
    },
    print: printKeyspaceEvents,
    rewrite: (name, value) => [
      { line: `${name} ${quoteArgument(printKeyspaceEvents(value))}`, force: value !== '' },
    ],
  };
}

/** What is printed leaves something out, so the value is kept as the letters that were asked for. */
function printKeyspaceEvents(value: string): string {
  return formatKeyspaceEvents(parseKeyspaceEvents(value) ?? new Set());
}

const MAX_BIND_ADDRESSES = 16;

export function bindAddresses(defaultValue: readonly string[]): Directive<readonly ByteString[]> {
  return {
    multiArgument: true,
    defaultValue,
    parse(args): Accepted<readonly ByteString[]> | Refused {
      if (args.length > MAX_BIND_ADDRESSES) return { refused: 'Too many bind addresses specified.' };
      const addresses = args.length === 1 && args[0] === '' ? [] : args.map((arg) => asCString(arg));
      return { value: addresses, text: addresses.join(' ') };
    },
    print: (addresses) => addresses.join(' '),
    rewrite(name, addresses) {
      if (addresses.join(' ') === defaultValue.join(' ')) return [];
      return [{ line: `${name} ${addresses.length === 0 ? '""' : addresses.join(' ')}`, force: true }];
    },
  };
}

export interface MasterAddress {
  readonly host: ByteString;
  readonly port: number;
}

export function masterAddress(options: DirectiveOptions): Directive<MasterAddress | null> {
  const print = (address: MasterAddress | null): string =>
    address === null ? '' : `${address.host} ${address.port}`;
  return {
    ...options,
    multiArgument: true,
    defaultValue: null,
    parse(args): Accepted<MasterAddress | null> | Refused {
      if (args.length !== 2) return WRONG_COUNT;
      const [host, portText] = args.map((arg) => asCString(arg)) as [string, string];
      if (host.toLowerCase() === 'no' && portText.toLowerCase() === 'one') return { value: null, text: '' };
      const port = strtoll(portText);
      if (port === null || port < 0n || port > 65535n) return { refused: 'Invalid master port' };
      const address = { host, port: Number(port) };
      return { value: address, text: print(address) };
    },
    print,
    // In cluster mode the role is in nodes.conf; Config gives null here then.
    rewrite: (name, address) =>
      address === null ? [] : [{ line: `${name} ${print(address)}`, force: true }],
  };
}

export function percentiles(defaultValue: readonly number[]): Directive<readonly number[]> {
  const print = (values: readonly number[]): string => values.map(formatPercentile).join(' ');
  return {
    multiArgument: true,
    defaultValue,
    parse(args): Accepted<readonly number[]> | Refused {
      const given = args.length === 1 && args[0] === '' ? [] : args;
      const values: number[] = [];
      for (const arg of given) {
        const value = parseDouble(arg);
        if (value === null) return { refused: 'Invalid latency-tracking-info-percentiles parameters' };
        if (value > 100 || value < 0) {
          return { refused: 'latency-tracking-info-percentiles parameters should sit between [0.0,100.0]' };
        }
        values.push(value);
      }
      return { value: values, text: print(values) };
    },
    print,
    rewrite: (name, values) => [
      { line: `${name} ${values.length === 0 ? '""' : print(values)}`, force: true },
    ],
  };
}

/** Six decimals without the zeros at the end; also how INFO latencystats names percentiles. */
export function formatPercentile(percentile: number): string {
  return percentile.toFixed(6).replace(/\.?0+$/, '');
}

/** The working directory; CONFIG REWRITE always writes it. */
export function directory(defaultValue: string, options: DirectiveOptions): Directive<ByteString> {
  return {
    ...options,
    defaultValue,
    parse(args): Accepted<ByteString> | Refused {
      if (args.length !== 1) return WRONG_COUNT;
      const value = asCString(args[0]!);
      return { value, text: value };
    },
    print: (value) => value,
    rewrite: (name, value) => [{ line: `${name} ${quoteArgument(value)}`, force: true }],
  };
}
