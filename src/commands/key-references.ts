/** The keys of a command with what it does to each (getKeysFromCommandWithSpecs of db.c): what ACL rules and COMMAND GETKEYSANDFLAGS look at. Routing has its own way, see key-positions.ts. */
import { asCString, type ByteString, toLowerAscii } from '../resp/byte-string.js';
import type { KeySpec, KeySpecFlag } from './command.js';
import { countedKeyPositions, positionsOfSpec } from './key-positions.js';
import type { ResolvedCommand } from './table.js';

export interface KeyReference {
  readonly position: number;
  readonly flags: readonly KeySpecFlag[];
}

const READ: readonly KeySpecFlag[] = ['RO', 'access'];
const OVERWRITE: readonly KeySpecFlag[] = ['OW', 'update'];
const CHANGE: readonly KeySpecFlag[] = ['RW', 'access', 'update'];
const TAKE_AWAY: readonly KeySpecFlag[] = ['RW', 'access', 'delete'];
/** A key that was found without its key spec: nothing is known about what happens to it. */
const UNKNOWN: readonly KeySpecFlag[] = [];

export function hasKeys({ declaration, keySpecs }: ResolvedCommand): boolean {
  return declaration.keyPositions !== undefined || keySpecs.some(isOfKeys);
}

/** Empty where the arguments are malformed. */
export function keyReferencesOf(
  command: ResolvedCommand,
  argv: readonly ByteString[],
): readonly KeyReference[] {
  const specs = command.keySpecs.filter(isOfKeys);
  if (specs.some((spec) => spec.flags.includes('variable_flags'))) {
    return [{ position: 1, flags: variableFlags(command.fullName, argv) }];
  }
  return referencesOfSpecs(specs, argv) ?? referencesWithoutSpecs(command, specs, argv);
}

/** Null: a spec does not fit the arguments, or does not tell all. */
function referencesOfSpecs(specs: readonly KeySpec[], argv: readonly ByteString[]): KeyReference[] | null {
  const references: KeyReference[] = [];
  for (const spec of specs) {
    const positions = positionsOfSpec(spec, argv);
    if (positions === null) return null;
    for (const position of positions) references.push({ position, flags: spec.flags });
    if (positions.length > 0 && spec.flags.includes('incomplete')) return null;
  }
  return references;
}

/** Where the arguments decide what happens to the key: SET ... GET reads it too, BITFIELD may only read. */
function variableFlags(command: string, argv: readonly ByteString[]): readonly KeySpecFlag[] {
  if (command === 'bitfield') return bitfieldOnlyReads(argv) ? READ : CHANGE;
  return argv.slice(3).some((arg) => toLowerAscii(asCString(arg)) === 'get') ? CHANGE : OVERWRITE;
}

function bitfieldOnlyReads(argv: readonly ByteString[]): boolean {
  for (let index = 2; index < argv.length; index++) {
    const word = toLowerAscii(asCString(argv[index]!));
    const following = argv.length - 1 - index;
    if (word === 'get' && following >= 2) index += 2;
    else if (word === 'overflow' && following >= 1) index += 1;
    else return false;
  }
  return true;
}

/** As the functions find keys that Redis had before it had key specs. */
function referencesWithoutSpecs(
  command: ResolvedCommand,
  specs: readonly KeySpec[],
  argv: readonly ByteString[],
): readonly KeyReference[] {
  const { keyPositions } = command.declaration;
  switch (command.fullName) {
    case 'sort':
    case 'sort_ro':
      return (keyPositions?.(argv) ?? []).map((position, index) => ({
        position,
        flags: index === 0 ? READ : OVERWRITE,
      }));
    case 'migrate':
      return (keyPositions?.(argv) ?? []).map((position) => ({ position, flags: TAKE_AWAY }));
    default:
      return (keyPositions?.(argv) ?? countedKeyPositions(specs, argv)).map((position) => ({
        position,
        flags: UNKNOWN,
      }));
  }
}

function isOfKeys({ flags }: KeySpec): boolean {
  return !flags.includes('not_key');
}
