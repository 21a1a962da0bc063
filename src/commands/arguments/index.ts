/** The arguments of every command, for COMMAND DOCS. */
import type { RedisVersion } from '../command.js';
import { isInRelease } from '../release.js';
import { bitmapArguments } from './bitmap.js';
import { clusterArguments } from './cluster.js';
import { connectionArguments } from './connection.js';
import { genericArguments } from './generic.js';
import { geoArguments } from './geo.js';
import { hashArguments } from './hash.js';
import { hyperloglogArguments } from './hyperloglog.js';
import { listArguments } from './list.js';
import { type ArgumentDoc, readArguments } from './notation.js';
import { pubsubArguments } from './pubsub.js';
import { scriptingArguments } from './scripting.js';
import { serverArguments } from './server.js';
import { setArguments } from './set.js';
import { sortedSetArguments } from './sorted-set.js';
import { streamArguments } from './stream.js';
import { stringArguments } from './string.js';
import { transactionsArguments } from './transactions.js';

const GROUPS = [
  bitmapArguments,
  clusterArguments,
  connectionArguments,
  genericArguments,
  geoArguments,
  hashArguments,
  hyperloglogArguments,
  listArguments,
  pubsubArguments,
  scriptingArguments,
  serverArguments,
  setArguments,
  sortedSetArguments,
  streamArguments,
  stringArguments,
  transactionsArguments,
];

/** Parsed ones by name and version: the same for all nodes. */
const known = new Map<string, readonly ArgumentDoc[]>();

/** @param fullName `get`, `cluster|meet`. What came later than the version is not in it. */
export function argumentsOf(fullName: string, version: RedisVersion): readonly ArgumentDoc[] {
  const place = `${fullName} ${version}`;
  let found = known.get(place);
  if (found === undefined) {
    found = inVersion(readArguments(notationOf(place) ?? notationOf(fullName) ?? ''), version);
    known.set(place, found);
  }
  return found;
}

/** An entry `name 7.0` holds for that version where it describes more than an argument less. */
function notationOf(place: string): string | undefined {
  for (const group of GROUPS) {
    const notation = group[place];
    if (notation !== undefined) return notation;
  }
  return undefined;
}

function inVersion(all: readonly ArgumentDoc[], version: RedisVersion): readonly ArgumentDoc[] {
  return all
    .filter(({ since }) => since === undefined || isInRelease(since, version))
    .map((each) => ({ ...each, parts: inVersion(each.parts, version) }));
}
