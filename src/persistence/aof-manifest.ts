/** The manifest of a multi-part AOF: which files it is made of, and their order (aofManifest of aof.c). https://redis.io/docs/latest/operate/oss_and_stack/management/persistence/ */
import { quoteArgument } from '../config/quote-argument.js';
import { type ByteString, toLowerAscii } from '../resp/byte-string.js';
import { splitArguments } from '../resp/split-arguments.js';

/** `b`: the dataset at some time; `i`: what came after it; `h`: no longer needed, to be removed. */
export type AofFileType = 'b' | 'h' | 'i';

export interface AofFile {
  readonly name: ByteString;
  readonly sequence: number;
  readonly type: AofFileType;
}

/** A line may not be longer, its end included. */
const MAX_LINE_LENGTH = 1024;
/** sdsneedsrepr of sds.c: what splitArguments would not give back as it is. */
const NEEDS_QUOTES = /[^!#-&(-[\]-~]/;

export class AofManifestError extends Error {
  /** The line that is wrong, and its number from 1; null where no line is. */
  readonly line: ByteString | null;
  readonly lineNumber: number;

  constructor(reason: string, line: ByteString | null, lineNumber: number) {
    super(reason);
    this.line = line;
    this.lineNumber = lineNumber;
  }
}

/** Immutable: each change makes another one, which counts once it is on the disk. */
export class AofManifest {
  static readonly EMPTY = new AofManifest(null, [], [], 0, 0);

  readonly base: AofFile | null;
  readonly increments: readonly AofFile[];
  readonly history: readonly AofFile[];
  readonly #baseSequence: number;
  readonly #incrementSequence: number;

  private constructor(
    base: AofFile | null,
    increments: readonly AofFile[],
    history: readonly AofFile[],
    baseSequence: number,
    incrementSequence: number,
  ) {
    this.base = base;
    this.increments = increments;
    this.history = history;
    this.#baseSequence = baseSequence;
    this.#incrementSequence = incrementSequence;
  }

  /** @throws AofManifestError with the words of Redis. */
  static parse(text: ByteString): AofManifest {
    let base: AofFile | null = null;
    const increments: AofFile[] = [];
    const history: AofFile[] = [];
    let lastSequence = 0;
    for (const [index, line] of linesOf(text).entries()) {
      if (line.startsWith('#')) continue;
      const refuse = (reason: string): never => {
        throw new AofManifestError(reason, trimmed(line), index + 1);
      };
      const { type, ...named } = parseLine(line, index + 1);
      if (type === 'b') {
        if (base !== null) refuse('Found duplicate base file information');
        base = { ...named, type };
      } else if (type === 'h') {
        history.push({ ...named, type });
      } else if (type === 'i') {
        if (named.sequence <= lastSequence) refuse('Found a non-monotonic sequence number');
        lastSequence = named.sequence;
        increments.push({ ...named, type });
      } else {
        refuse('Unknown AOF file type');
      }
    }
    return new AofManifest(base, increments, history, base?.sequence ?? 0, lastSequence);
  }

  /** No file at all has data. */
  get isEmpty(): boolean {
    return this.base === null && this.increments.length === 0;
  }

  get lastIncrement(): AofFile | null {
    return this.increments.at(-1) ?? null;
  }

  format(): ByteString {
    const files = [...(this.base === null ? [] : [this.base]), ...this.history, ...this.increments];
    return files
      .map(({ name, sequence, type }) => {
        const shown = name === '' || NEEDS_QUOTES.test(name) ? quoteArgument(name) : name;
        return `file ${shown} seq ${sequence} type ${type}\n`;
      })
      .join('');
  }

  /** The dataset was written anew: another base, the one before is history. @param isRdb the form of the new one. */
  withNewBase(fileName: ByteString, isRdb: boolean): AofManifest {
    const sequence = this.#baseSequence + 1;
    const name = `${fileName}.${sequence}.base.${isRdb ? 'rdb' : 'aof'}`;
    const history =
      this.base === null ? this.history : [{ ...this.base, type: 'h' } as const, ...this.history];
    const base: AofFile = { name, sequence, type: 'b' };
    return new AofManifest(base, this.increments, history, sequence, this.#incrementSequence);
  }

  withNewIncrement(fileName: ByteString): AofManifest {
    const sequence = this.#incrementSequence + 1;
    const file: AofFile = { name: `${fileName}.${sequence}.incr.aof`, sequence, type: 'i' };
    return new AofManifest(this.base, [...this.increments, file], this.history, this.#baseSequence, sequence);
  }

  /** The increments are in the base now. @param keepLast the last one is being written and is not. */
  withIncrementsAsHistory(keepLast: boolean): AofManifest {
    const kept = keepLast ? this.increments.slice(-1) : [];
    const rewritten = this.increments.slice(0, this.increments.length - kept.length);
    const history = [...rewritten.map((file) => ({ ...file, type: 'h' }) as const), ...this.history];
    return new AofManifest(this.base, kept, history, this.#baseSequence, this.#incrementSequence);
  }

  withoutHistory(): AofManifest {
    return new AofManifest(this.base, this.increments, [], this.#baseSequence, this.#incrementSequence);
  }

  /** An AOF of a release before 7.0, which was one file, becomes the base. */
  static upgraded(fileName: ByteString): AofManifest {
    return new AofManifest({ name: fileName, sequence: 1, type: 'b' }, [], [], 1, 0);
  }
}

/** As fgets cuts them: with their line breaks, and none longer than the limit. */
function linesOf(text: ByteString): ByteString[] {
  if (text === '') throw new AofManifestError('Found an empty AOF manifest', null, 0);
  const lines: ByteString[] = [];
  for (let start = 0; start < text.length; ) {
    const end = text.indexOf('\n', start);
    const next = end === -1 || end - start >= MAX_LINE_LENGTH ? start + MAX_LINE_LENGTH : end + 1;
    lines.push(text.slice(start, next));
    start = next;
  }
  return lines;
}

function parseLine(raw: ByteString, lineNumber: number): Omit<AofFile, 'type'> & { readonly type: string } {
  if (!raw.includes('\n'))
    throw new AofManifestError('The AOF manifest file contains too long line', null, lineNumber);
  const line = trimmed(raw);
  const refuse = (reason: string): never => {
    throw new AofManifestError(reason, line, lineNumber);
  };
  const args = splitArguments(line);
  if (args === null || args.length < 6 || args.length % 2 !== 0)
    return refuse('Invalid AOF manifest file format');
  let name: ByteString | null = null;
  let sequence = 0;
  let type = '';
  for (let index = 0; index < args.length; index += 2) {
    const value = args[index + 1]!;
    switch (toLowerAscii(args[index]!)) {
      case 'file':
        if (value.includes('/') || value.includes('\\')) refuse("File can't be a path, just a filename");
        name = value;
        break;
      case 'seq':
        sequence = Number.parseInt(value, 10) || 0;
        break;
      case 'type':
        type = value.slice(0, 1);
        break;
      // Others may be of a later release.
    }
  }
  if (name === null || sequence === 0 || type === '') return refuse('Invalid AOF manifest file format');
  return { name, sequence, type };
}

function trimmed(line: ByteString): ByteString {
  return line.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, '');
}
