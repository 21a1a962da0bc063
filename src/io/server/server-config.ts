/** What a server is started with: a file, standard input, options of the command line, put together as redis-server does (loadServerConfig of config.c, main of server.c). */
import { readdirSync, readFileSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import type { ConfigFile } from '../../commands/context.js';
import type { ConfigLine } from '../../config/config.js';
import { ConfigError } from '../../config/config-error.js';
import { type CommandLine, parseConfigFile } from '../../config/config-file.js';
import { type ByteString, fromByteString, toByteString } from '../../resp/byte-string.js';
import { globMatches } from '../../structures/glob.js';
import { DirectoryStorage } from '../directory-storage.js';
import { systemWords } from '../system-words.js';

/** A file that is to be read is not there. The message is a line for the log. */
export class UnreadableConfig extends Error {}

export class ServerConfig {
  /** Absolute; null: the server was started without a file. */
  readonly path: string | null;
  readonly #commandLine: CommandLine;
  readonly #workingDirectory: string;
  /** What came by standard input, which can be read once only. */
  readonly stdin: ByteString;

  constructor(commandLine: CommandLine, workingDirectory: string) {
    this.#commandLine = commandLine;
    this.#workingDirectory = workingDirectory;
    this.path = commandLine.file === null ? null : resolve(workingDirectory, commandLine.file);
    this.stdin = commandLine.readsStdin ? readText('/dev/stdin', '-') : '';
  }

  /** All directives, in their order; the working directory comes first. @throws ConfigError, UnreadableConfig. */
  read(): ConfigLine[] {
    const text = this.path === null ? '' : this.#readFiles(this.path).join('');
    const lines = parseConfigFile(`${text}${this.stdin}\n${this.#commandLine.options}`, (pattern) =>
      this.#include(pattern),
    );
    const directory = this.#directoryOf(lines);
    return [
      { name: 'dir', args: [toByteString(directory)], number: null, text: '' },
      ...lines.filter(({ name }) => name !== 'dir'),
    ];
  }

  /** For CONFIG REWRITE. */
  get file(): ConfigFile | null {
    const { path } = this;
    if (path === null) return null;
    const storage = new DirectoryStorage('/', () => undefined);
    return {
      path,
      read: () => {
        const content = storage.read(toByteString(path));
        return content === null ? null : Buffer.from(content).toString('latin1');
      },
      write: (text) => storage.write(toByteString(path), Buffer.from(text, 'latin1'), true),
    };
  }

  /** As in Redis each `dir` is entered where it stands, relative to the one before. */
  #directoryOf(lines: readonly ConfigLine[]): string {
    const storage = new DirectoryStorage(this.#workingDirectory, () => undefined);
    for (const { name, args, number, text } of lines) {
      if (name !== 'dir' || args.length !== 1) continue;
      const problem = enter(storage, args[0]!);
      if (problem !== null) throw new ConfigError(problem, number, text);
    }
    return storage.directory;
  }

  #include(pattern: ByteString): ByteString[] {
    return [this.#readFiles(resolve(this.#workingDirectory, fromByteString(pattern))).join('')];
  }

  #readFiles(path: string): ByteString[] {
    if (!/[*?[]/.test(path)) return [readText(path, path)];
    return filesLike(path).map((file) => readText(file, file));
  }
}

/** @returns what the system has against it; null: nothing. */
function enter(storage: DirectoryStorage, directory: ByteString): string | null {
  try {
    storage.changeDirectory(directory);
    return null;
  } catch (error) {
    return systemWords(error);
  }
}

function readText(path: string, shown: string): ByteString {
  try {
    return readFileSync(path === '/dev/stdin' ? 0 : path, 'latin1');
  } catch (error) {
    throw new UnreadableConfig(`Fatal error, can't open config file '${shown}': ${systemWords(error)}`, {
      cause: error,
    });
  }
}

/** The files that fit a pattern, in the order of glob(3). */
function filesLike(pattern: string): string[] {
  let found = [isAbsolute(pattern) ? '/' : '.'];
  for (const part of pattern.split('/').filter((name) => name !== '')) {
    found = found.flatMap((directory) => {
      if (!/[*?[]/.test(part)) return [join(directory, part)];
      return namesIn(directory)
        .filter((name) => globMatches(part, name) && (part.startsWith('.') || !name.startsWith('.')))
        .sort()
        .map((name) => join(directory, name));
    });
  }
  return found;
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
