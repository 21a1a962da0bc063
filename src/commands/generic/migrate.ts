/** MIGRATE: keys go to another node. https://redis.io/docs/latest/commands/migrate/ */
import type { StoredValue } from '../../keyspace/values/stored-value.js';
import { createDumpPayload } from '../../rdb/dump-payload.js';
import { asCString, type ByteString, bytesToByteString, toLowerAscii } from '../../resp/byte-string.js';
import {
  MIGRATE_CANNOT_CONNECT,
  MIGRATE_KEY_WITH_KEYS,
  MIGRATE_READ_FAILED,
  MIGRATE_WRITE_FAILED,
  migrateTargetError,
  NOT_AN_INTEGER,
  SYNTAX_ERROR,
} from '../../resp/errors/index.js';
import { parseInteger } from '../../resp/integer.js';
import { ErrorReply, OK, type Reply, SimpleString } from '../../resp/reply.js';
import { encodeRequest } from '../../resp/request-encoder.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import { oneKey } from '../key-specs.js';
import { rdbVersionOf } from './dump.js';
import type { MigrationLink } from './migration-link.js';

const DEFAULT_TIMEOUT_MS = 1000;
const NO_KEY = new SimpleString('NOKEY');
const FIRST_OPTION = 6;

interface MigrateOptions {
  readonly host: ByteString;
  readonly port: ByteString;
  readonly copies: boolean;
  readonly replaces: boolean;
  /** The arguments of AUTH on the target; empty = none is sent. */
  readonly login: readonly ByteString[];
  readonly keys: readonly ByteString[];
  readonly db: number;
  readonly timeoutMs: number;
}

interface Outgoing {
  readonly key: ByteString;
  readonly value: StoredValue;
}

/** What became of one attempt on one connection. */
type Attempt =
  | { readonly kind: 'done'; readonly moved: readonly ByteString[]; readonly error: ErrorReply | null }
  /** Nothing was acknowledged. */
  | { readonly kind: 'failed'; readonly error: ErrorReply; readonly mayRetry: boolean };

function runMigrate(context: CommandContext, argv: readonly ByteString[]): Reply {
  const options = parseMigrateOptions(argv);
  if (options instanceof ErrorReply) return options;
  const found: Outgoing[] = [];
  for (const key of options.keys) {
    const value = context.db.lookupRead(key);
    if (value !== undefined) found.push({ key, value });
  }
  if (found.length === 0) return NO_KEY;

  let attempt = attemptTransfer(context, found, options);
  // Once more: a kept connection may have been closed by the other side since its last use.
  if (attempt.kind === 'failed' && attempt.mayRetry) attempt = attemptTransfer(context, found, options);
  if (attempt.kind === 'failed') return attempt.error;
  if (attempt.moved.length > 0) context.propagateAs(['DEL', ...attempt.moved]);
  return attempt.error ?? OK;
}

function attemptTransfer(
  context: CommandContext,
  found: readonly Outgoing[],
  options: MigrateOptions,
): Attempt {
  const { host, port, timeoutMs } = options;
  const { migrationLinks } = context.node;
  const link = migrationLinks.open(host, port, timeoutMs);
  if (typeof link === 'string') return { kind: 'failed', error: MIGRATE_CANNOT_CONNECT, mayRetry: false };
  const attempt = transfer(context, link, found, options);
  if (attempt.kind === 'failed' || attempt.error === MIGRATE_READ_FAILED) migrationLinks.close(host, port);
  return attempt;
}

function transfer(
  context: CommandContext,
  link: MigrationLink,
  found: readonly Outgoing[],
  options: MigrateOptions,
): Attempt {
  const { connection } = link;
  const { timeoutMs, login, db, copies } = options;
  const preliminaries: (readonly ByteString[])[] = [];
  if (login.length > 0) preliminaries.push(['AUTH', ...login]);
  const selects = link.selectedDb !== db;
  if (selects) preliminaries.push(['SELECT', String(db)]);
  const { keys, requests } = restoreRequests(context, found, options);
  const written = connection.write([...preliminaries, ...requests].map(encodeRequest).join(''), timeoutMs);
  if (written !== 'written')
    return { kind: 'failed', error: MIGRATE_WRITE_FAILED, mayRetry: written === 'closed' };

  let refusal: ByteString | null = null;
  for (const _ of preliminaries) {
    const answer = connection.readLine(timeoutMs);
    if (typeof answer === 'string')
      return { kind: 'failed', error: MIGRATE_READ_FAILED, mayRetry: answer === 'closed' };
    if (answer.line.startsWith('-')) refusal ??= answer.line;
  }
  const moved: ByteString[] = [];
  let error: ErrorReply | null = null;
  for (const [index, key] of keys.entries()) {
    const answer = connection.readLine(timeoutMs);
    if (typeof answer === 'string') {
      if (index === 0 && answer === 'closed')
        return { kind: 'failed', error: MIGRATE_READ_FAILED, mayRetry: true };
      // What was acknowledged before stays moved.
      return { kind: 'done', moved, error: error ?? MIGRATE_READ_FAILED };
    }
    const problem = refusal ?? (answer.line.startsWith('-') ? answer.line : null);
    if (problem !== null) error ??= migrateTargetError(problem.slice(1));
    else if (!copies) moved.push(deleteMoved(context, key));
  }
  link.selectedDb = error === null ? db : null;
  return { kind: 'done', moved, error };
}

/** The keys that live long enough to be sent, and the command for each. */
function restoreRequests(
  { db, node, nowMs }: CommandContext,
  found: readonly Outgoing[],
  { replaces }: MigrateOptions,
): { keys: ByteString[]; requests: ByteString[][] } {
  const name = node.cluster === null ? 'RESTORE' : 'RESTORE-ASKING';
  const keys: ByteString[] = [];
  const requests: ByteString[][] = [];
  for (const { key, value } of found) {
    const expiresAt = db.exactExpiry(key);
    const timeToLive = expiresAt === null ? 0n : BigInt(expiresAt) - BigInt(nowMs);
    if (timeToLive < 0n) continue;
    keys.push(key);
    requests.push([
      name,
      key,
      String(expiresAt !== null && timeToLive < 1n ? 1n : timeToLive),
      bytesToByteString(
        createDumpPayload(value, rdbVersionOf(node.version), node.config.values.rdbcompression),
      ),
      ...(replaces ? ['REPLACE'] : []),
    ]);
  }
  return { keys, requests };
}

function deleteMoved(context: CommandContext, key: ByteString): ByteString {
  context.db.delete(key);
  context.db.signalModified(key);
  context.notify('g', 'del', key);
  return key;
}

function parseMigrateOptions(argv: readonly ByteString[]): MigrateOptions | ErrorReply {
  let copies = false;
  let replaces = false;
  let password: ByteString | null = null;
  let user: ByteString | null = null;
  let keys: readonly ByteString[] = [argv[3]!];
  for (let position = FIRST_OPTION; position < argv.length; position++) {
    const option = toLowerAscii(asCString(argv[position]!));
    const following = argv.length - 1 - position;
    if (option === 'copy') {
      copies = true;
    } else if (option === 'replace') {
      replaces = true;
    } else if (option === 'auth' && following >= 1) {
      password = argv[++position]!;
    } else if (option === 'auth2' && following >= 2) {
      user = argv[++position]!;
      password = argv[++position]!;
    } else if (option === 'keys') {
      if (argv[3] !== '') return MIGRATE_KEY_WITH_KEYS;
      keys = argv.slice(position + 1);
      break;
    } else {
      return SYNTAX_ERROR;
    }
  }
  const timeoutMs = parseInteger(argv[5]!);
  const db = parseInteger(argv[4]!);
  if (timeoutMs === null || db === null) return NOT_AN_INTEGER;
  return {
    host: argv[1]!,
    port: argv[2]!,
    copies,
    replaces,
    login: password === null ? [] : user === null ? [password] : [user, password],
    keys,
    db: Number(db),
    timeoutMs: timeoutMs <= 0 ? DEFAULT_TIMEOUT_MS : Number(timeoutMs),
  };
}

/** migrateGetKeys of db.c. */
function keyPositionsOfMigrate(argv: readonly ByteString[]): readonly number[] {
  const argumentsOf: Readonly<Record<string, number>> = { auth: 1, auth2: 2 };
  for (let position = FIRST_OPTION; position < argv.length; position++) {
    const option = toLowerAscii(asCString(argv[position]!));
    if (option === 'keys') {
      return argv[3] === '' ? argv.slice(position + 1).map((_, index) => position + 1 + index) : [];
    }
    position += argumentsOf[option] ?? 0;
  }
  return [3];
}

export const migrate = {
  name: 'migrate',
  summary: 'Moves keys to another node: they are there when they are gone here.',
  since: '2.6.0',
  group: 'generic',
  complexity:
    'That of DUMP and DEL here and of RESTORE on the target, and O(N) for the transfer, N being the bytes.',
  arity: -6,
  flags: ['write', 'movablekeys'],
  aclCategories: ['keyspace', 'dangerous'],
  keySpecs: [
    oneKey(3, 'RW', 'access', 'delete'),
    {
      flags: ['RW', 'access', 'delete', 'incomplete'],
      beginSearch: { keyword: 'KEYS', startFrom: -2 },
      findKeys: { lastKey: -1, step: 1, limit: 0 },
    },
  ],
  tips: ['nondeterministic_output'],
  history: [
    ['3.0.0', '`COPY` and `REPLACE` came.'],
    ['3.0.6', '`KEYS` came.'],
    ['4.0.7', '`AUTH` came.'],
    ['6.0.0', '`AUTH2` came.'],
  ],
  keyPositions: keyPositionsOfMigrate,
  run: runMigrate,
} as const satisfies Command;
