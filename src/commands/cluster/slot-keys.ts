/** CLUSTER KEYSLOT, COUNTKEYSINSLOT and GETKEYSINSLOT: keys by slot. https://redis.io/docs/latest/commands/cluster-getkeysinslot/ */
import { hashSlotOfBytes } from '../../../fixtures/key-slot.js';
import { isSlot } from '../../cluster/slot-assignment.js';
import { INVALID_SLOT, INVALID_SLOT_OR_KEY_COUNT, NOT_AN_INTEGER } from '../../resp/errors/index.js';
import { parseInteger } from '../../resp/integer.js';
import type { Command } from '../command.js';
import { inClusterMode } from './subcommand.js';

export const slotKeyCommands = [
  {
    name: 'countkeysinslot',
    summary: 'Tells how many keys of a hash slot this node holds.',
    since: '3.0.0',
    group: 'cluster',
    complexity: 'O(1)',
    arity: 3,
    flags: ['stale'],
    run: inClusterMode((cluster, argv) => {
      const slot = parseInteger(argv[2]!);
      if (slot === null) return NOT_AN_INTEGER;
      return isSlot(Number(slot)) ? cluster.state.host.keys.countKeysInSlot(Number(slot)) : INVALID_SLOT;
    }),
  },
  {
    name: 'getkeysinslot',
    summary: 'Lists keys of a hash slot that this node holds.',
    since: '3.0.0',
    group: 'cluster',
    complexity: 'O(N) where N is the number of requested keys',
    arity: 4,
    flags: ['stale'],
    tips: ['nondeterministic_output'],
    in70: { complexity: 'O(log(N)) where N is the number of requested keys' },
    run: inClusterMode((cluster, argv) => {
      const slot = parseInteger(argv[2]!);
      const count = parseInteger(argv[3]!);
      if (slot === null || count === null) return NOT_AN_INTEGER;
      if (!isSlot(Number(slot)) || count < 0) return INVALID_SLOT_OR_KEY_COUNT;
      const { keys } = cluster.state.host;
      // The keyspace gives the oldest keys first, Redis lists the newest ones first.
      const newestFirst = keys.keysInSlot(Number(slot), keys.countKeysInSlot(Number(slot))).reverse();
      return newestFirst.slice(0, Number(count));
    }),
  },
  {
    name: 'keyslot',
    summary: 'Tells the hash slot of a key.',
    since: '3.0.0',
    group: 'cluster',
    complexity: 'O(N) where N is the number of bytes in the key',
    arity: 3,
    flags: ['stale'],
    run: inClusterMode((_cluster, argv) => hashSlotOfBytes(argv[2]!)),
  },
] as const satisfies readonly Command[];
