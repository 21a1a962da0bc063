/** CLUSTER ADDSLOTS, DELSLOTS and their ranges, FLUSHSLOTS, SETSLOT, and the commands about keys in slots. */
import { beforeEach, describe, expect, it } from 'vitest';
import { hashSlotOfBytes } from '../../../fixtures/index.js';
import type { ClusterNode } from '../../../src/cluster/cluster-node.js';
import { addNode, becomeReplicaOf } from '../../cluster/fake-host.js';
import { ClusterHarness } from './cluster-harness.js';

const ONE = '1'.repeat(40);
const TWO = '2'.repeat(40);
const NOBODY = 'f'.repeat(40);

let node: ClusterHarness;
let other: ClusterNode;

/** Node 1 is a master with slots 100 and 101, node 2 its replica. */
beforeEach(() => {
  node = new ClusterHarness();
  other = addNode(node.state, 1);
  addNode(node.state, 2, other);
  node.state.slots.assign(100, other);
  node.state.slots.assign(101, other);
});

const mySlots = () => node.state.myself.slots.ranges;

describe('ADDSLOTS and DELSLOTS', () => {
  it('take and give up slots', () => {
    expect(node.cluster('ADDSLOTS 5 1 2')).toBe('+OK');
    expect(mySlots()).toEqual([
      [1, 2],
      [5, 5],
    ]);
    expect(node.cluster('DELSLOTS 1 5')).toBe('+OK');
    expect(mySlots()).toEqual([[2, 2]]);
  });

  it("let this node forget another node's slot", () => {
    expect(node.cluster('DELSLOTS 100')).toBe('+OK');
    expect(node.state.slots.ownerOf(100)).toBeNull();
  });

  it('close an import of the slot', () => {
    node.state.slots.importingFrom.set(7, other);
    node.cluster('ADDSLOTS 7');
    expect(node.state.slots.importingFrom.size).toBe(0);
  });

  it.each([
    ['ADDSLOTS', "-ERR wrong number of arguments for 'cluster|addslots' command"],
    ['ADDSLOTS 1 x', '-ERR Invalid or out of range slot'],
    ['ADDSLOTS 100 16384', '-ERR Invalid or out of range slot'],
    ['ADDSLOTS -1', '-ERR Invalid or out of range slot'],
    ['ADDSLOTS 01', '-ERR Invalid or out of range slot'],
    ['ADDSLOTS 1 100 1', '-ERR Slot 100 is already busy'],
    ['ADDSLOTS 1 2 1', '-ERR Slot 1 specified multiple times'],
    ['DELSLOTS 100 1', '-ERR Slot 1 is already unassigned'],
    ['DELSLOTS 100 100', '-ERR Slot 100 specified multiple times'],
    ['ADDSLOTSRANGE 1', "-ERR wrong number of arguments for 'cluster|addslotsrange' command"],
    ['ADDSLOTSRANGE 1 2 3', "-ERR wrong number of arguments for 'cluster|addslotsrange' command"],
    ['DELSLOTSRANGE 1 2 3', "-ERR wrong number of arguments for 'cluster|delslotsrange' command"],
    ['ADDSLOTSRANGE 3 2', '-ERR start slot number 3 is greater than end slot number 2'],
    ['ADDSLOTSRANGE 1 x', '-ERR Invalid or out of range slot'],
    ['ADDSLOTSRANGE 90 110 5 x', '-ERR Slot 100 is already busy'],
    ['ADDSLOTSRANGE 1 5 5 6', '-ERR Slot 5 specified multiple times'],
    ['DELSLOTSRANGE 100 102', '-ERR Slot 102 is already unassigned'],
  ])('refuse %s and change nothing', (line, error) => {
    expect(node.cluster(line)).toBe(error);
    expect(mySlots()).toEqual([]);
    expect(other.slots.ranges).toEqual([[100, 101]]);
  });

  it('work on ranges', () => {
    expect(node.cluster('ADDSLOTSRANGE 0 10 20 20')).toBe('+OK');
    expect(node.cluster('DELSLOTSRANGE 5 9')).toBe('+OK');
    expect(mySlots()).toEqual([
      [0, 4],
      [10, 10],
      [20, 20],
    ]);
  });
});

describe('FLUSHSLOTS', () => {
  it('gives up all slots of a node without keys', () => {
    node.cluster('ADDSLOTS 1 2');
    node.host.keyNames.add('key');
    expect(node.cluster('FLUSHSLOTS')).toBe('-ERR DB must be empty to perform CLUSTER FLUSHSLOTS.');
    node.host.keyNames.clear();
    expect(node.cluster('FLUSHSLOTS')).toBe('+OK');
    expect(mySlots()).toEqual([]);
    expect(other.slots.count).toBe(2);
  });
});

describe('SETSLOT', () => {
  beforeEach(() => {
    node.cluster('ADDSLOTS 1 2');
  });

  it.each([
    ['SETSLOT 1', "-ERR wrong number of arguments for 'cluster|setslot' command"],
    ['SETSLOT x stable', '-ERR Invalid or out of range slot'],
    ['SETSLOT 1 bogus', '-ERR Invalid CLUSTER SETSLOT action or number of arguments. Try CLUSTER HELP'],
    ['SETSLOT 1 node', '-ERR Invalid CLUSTER SETSLOT action or number of arguments. Try CLUSTER HELP'],
    [
      `SETSLOT 1 stable ${ONE}`,
      '-ERR Invalid CLUSTER SETSLOT action or number of arguments. Try CLUSTER HELP',
    ],
    [`SETSLOT 3 migrating ${NOBODY}`, "-ERR I'm not the owner of hash slot 3"],
    [`SETSLOT 1 migrating ${NOBODY}`, `-ERR I don't know about node ${NOBODY}`],
    [`SETSLOT 1 migrating ${TWO}`, '-ERR Target node is not a master'],
    [`SETSLOT 1 importing ${NOBODY}`, "-ERR I'm already the owner of hash slot 1"],
    ['SETSLOT 3 importing bogus', "-ERR I don't know about node bogus"],
    [`SETSLOT 3 importing ${TWO}`, '-ERR Target node is not a master'],
    [`SETSLOT 3 node ${NOBODY}`, `-ERR Unknown node ${NOBODY}`],
    [`SETSLOT 3 node ${TWO}`, '-ERR Target node is not a master'],
  ])('refuses %s', (line, error) => {
    expect(node.cluster(line)).toBe(error);
  });

  it('is for masters only, whatever the arguments are', () => {
    node.cluster('FLUSHSLOTS');
    becomeReplicaOf(node.state, other);
    expect(node.cluster('SETSLOT x bogus')).toBe('-ERR Please use SETSLOT only with masters.');
  });

  it('opens a slot and closes it again', () => {
    expect(node.cluster(`SETSLOT 1 MIGRATING ${ONE}`)).toBe('+OK');
    expect(node.cluster(`SETSLOT 100 importing ${ONE}`)).toBe('+OK');
    expect(node.state.slots.migratingTo.get(1)).toBe(other);
    expect(node.state.slots.importingFrom.get(100)).toBe(other);
    expect(node.cluster('SETSLOT 1 Stable')).toBe('+OK');
    expect(node.cluster('SETSLOT 100 stable')).toBe('+OK');
    expect(node.state.slots.migratingTo.size + node.state.slots.importingFrom.size).toBe(0);
  });

  it('gives a slot away unless it still holds keys', () => {
    const slot = hashSlotOfBytes('key');
    node.cluster(`ADDSLOTS ${slot}`);
    node.host.keyNames.add('key');
    expect(node.cluster(`SETSLOT ${slot} node ${ONE}`)).toBe(
      `-ERR Can't assign hashslot ${slot} to a different node while I still hold keys for this hash slot.`,
    );
    expect(node.cluster(`SETSLOT ${slot} node ${node.me}`)).toBe('+OK');
    node.host.keyNames.clear();
    expect(node.cluster(`SETSLOT ${slot} node ${ONE}`)).toBe('+OK');
    expect(node.state.slots.ownerOf(slot)).toBe(other);
  });

  it('ends an import with a new epoch', () => {
    node.state.slots.importingFrom.set(100, other);
    expect(node.cluster(`SETSLOT 100 node ${node.me}`)).toBe('+OK');
    expect(node.state.slots.importingFrom.size).toBe(0);
    expect(node.state.myself.configEpoch).toBe(1);
  });
});

describe('keys by slot', () => {
  const slot = hashSlotOfBytes('{a}');

  it('are counted and listed', () => {
    for (const key of ['{a}1', '{a}2', 'foo']) node.host.keyNames.add(key);
    expect(node.cluster(`COUNTKEYSINSLOT ${slot}`)).toBe(':2');
    expect(node.cluster('COUNTKEYSINSLOT 0')).toBe(':0');
    expect(node.call('CLUSTER', 'GETKEYSINSLOT', String(slot), '10')).toEqual(['{a}2', '{a}1']);
    expect(node.call('CLUSTER', 'GETKEYSINSLOT', String(slot), '1')).toEqual(['{a}2']);
    expect(node.call('CLUSTER', 'GETKEYSINSLOT', String(slot), '9223372036854775807')).toHaveLength(2);
    expect(node.cluster('GETKEYSINSLOT 0 0')).toBe('*0');
  });

  it.each([
    ['COUNTKEYSINSLOT x', '-ERR value is not an integer or out of range'],
    ['COUNTKEYSINSLOT -1', '-ERR Invalid slot'],
    ['COUNTKEYSINSLOT 16384', '-ERR Invalid slot'],
    ['COUNTKEYSINSLOT 9223372036854775807', '-ERR Invalid slot'],
    ['COUNTKEYSINSLOT 9223372036854775808', '-ERR value is not an integer or out of range'],
    ['GETKEYSINSLOT x 1', '-ERR value is not an integer or out of range'],
    ['GETKEYSINSLOT 99999 x', '-ERR value is not an integer or out of range'],
    ['GETKEYSINSLOT 99999 1', '-ERR Invalid slot or number of keys'],
    ['GETKEYSINSLOT 1 -1', '-ERR Invalid slot or number of keys'],
    ['KEYSLOT foo', ':12182'],
    ['KEYSLOT {user1000}.following', ':3443'],
    ['KEYSLOT', "-ERR wrong number of arguments for 'cluster|keyslot' command"],
  ])('%s answers %s', (line, reply) => {
    expect(node.cluster(line)).toBe(reply);
  });
});
