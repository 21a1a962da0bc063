/** The scripts that a node knows, by their SHA1 (luaScript of eval.c). They are gone when the node restarts. */
import type { CommandTraits } from '../commands/scripting-port.js';
import type { ResolvedCommand } from '../commands/table.js';
import { type ByteString, toLowerAscii } from '../resp/byte-string.js';
import { ErrorReply } from '../resp/reply.js';
import { sha1Hex } from '../scripting/script-digest.js';
import { parseShebang, type ScriptFlag } from '../scripting/shebang.js';

export const SHA_LENGTH = 40;
/** What the cache takes for each script beside its text, bytes: its name, its entry, its headers. */
const ENTRY_BYTES = 136;

export interface CachedScript {
  readonly sha: string;
  /** Without its first line where that is no Lua. */
  readonly source: ByteString;
  readonly bytes: number;
  /** Null: it declares none. */
  readonly flags: ReadonlySet<ScriptFlag> | null;
}

export class ScriptCache {
  readonly #bySha = new Map<string, CachedScript>();
  /** By their text, which saves the digest. */
  readonly #byText = new Map<ByteString, CachedScript>();
  #bytes = 0;

  get size(): number {
    return this.#bySha.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** @param sha in any case. */
  get(sha: ByteString): CachedScript | undefined {
    return this.#bySha.get(sha) ?? this.#bySha.get(toLowerAscii(sha));
  }

  withText(text: ByteString): CachedScript | undefined {
    return this.#byText.get(text);
  }

  add(text: ByteString, script: CachedScript): void {
    this.#bySha.set(script.sha, script);
    this.#byText.set(text, script);
    this.#bytes += script.bytes;
  }

  clear(): void {
    this.#bySha.clear();
    this.#byText.clear();
    this.#bytes = 0;
  }
}

/** What a text says about itself; an error when its first line is wrong. */
export function readScript(text: ByteString): CachedScript | ErrorReply {
  const shebang = parseShebang(text);
  if (shebang instanceof ErrorReply) return shebang;
  return {
    sha: sha1Hex(text),
    source: shebang.length === 0 ? text : text.slice(shebang.length),
    bytes: text.length + ENTRY_BYTES,
    flags: shebang.flags,
  };
}

/** The command with the flags of a script in the place of its own (scriptFlagsToCmdFlags of script.c). */
export function traitsWith(command: ResolvedCommand, script: ReadonlySet<ScriptFlag>): CommandTraits {
  const flags = new Set(command.flags);
  for (const replaced of ['stale', 'denyoom', 'write', 'may_replicate'] as const) flags.delete(replaced);
  const isWrite = !script.has('no-writes');
  if (isWrite) flags.add('write');
  if (isWrite && !script.has('allow-oom')) flags.add('denyoom');
  if (script.has('allow-stale')) flags.add('stale');
  return { isWrite, isReadonly: command.isReadonly, mayReplicate: isWrite, flags };
}
