/** The nodes.conf files of a formed cluster, as redis-cli --cluster create leaves them: nodes started with these need no handshakes. */

import { SLOT_COUNT } from '../cluster/constants.js';
import type { RedisVersion } from '../commands/command.js';
import type { Random } from '../time/random.js';

export interface PlannedNode {
  readonly id: string;
  readonly shardId: string;
  readonly ip: string;
  readonly port: number;
  readonly busPort: number;
  /** Index of the master this node replicates; null for a master. */
  readonly masterIndex: number | null;
  /** Inclusive slot range of a master. */
  readonly slots: readonly [number, number] | null;
  readonly configEpoch: number;
}

export interface PlannedAddress {
  readonly ip: string;
  readonly port: number;
  readonly busPort: number;
}

/** Masters first, then the replicas, shard by shard in turn; slots and epochs as redis-cli gives them. */
export function planCluster(
  addresses: readonly PlannedAddress[],
  masters: number,
  random: Random,
): PlannedNode[] {
  const shardIds = Array.from({ length: masters }, () => random.hex(40));
  const slots = slotRanges(masters);
  return addresses.map((address, index) => {
    const masterIndex = index < masters ? null : (index - masters) % masters;
    return {
      ...address,
      id: random.hex(40),
      shardId: shardIds[masterIndex ?? index] as string,
      masterIndex,
      slots: masterIndex === null ? (slots[index] as readonly [number, number]) : null,
      configEpoch: masterIndex === null ? index + 1 : 0,
    };
  });
}

/** The share of each master, cut where redis-cli cuts: it adds up in single precision, and with many masters that shows (clusterManagerCommandCreate of redis-cli.c). */
export function slotRanges(masters: number): (readonly [number, number])[] {
  const share = Math.fround(SLOT_COUNT / masters);
  const ranges: (readonly [number, number])[] = [];
  let first = 0;
  let cursor = 0;
  for (let index = 0; index < masters; index++) {
    cursor = Math.fround(cursor + share);
    const last = index === masters - 1 ? SLOT_COUNT - 1 : Math.round(Math.fround(cursor - 1));
    ranges.push([first, last]);
    first = last + 1;
  }
  return ranges;
}

/**
 * The nodes.conf of each of the planned nodes, which differ in one word. Redis-cli gives every node an epoch of its own,
 * replicas too: hence the current epoch.
 */
export function nodesConfsOf(
  nodes: readonly PlannedNode[],
  { version, tls = false }: { readonly version: RedisVersion; readonly tls?: boolean },
): string[] {
  const lines = nodes.map((node) => lineOf(node, nodes, version, tls));
  return nodes.map((_, index) => {
    const own = lines[index] as string;
    const file = lines.with(index, own.replace(/ (master|slave) /, ' myself,$1 '));
    return `${file.join('\n')}\nvars currentEpoch ${nodes.length} lastVoteEpoch 0\n`;
  });
}

function lineOf(
  node: PlannedNode,
  nodes: readonly PlannedNode[],
  version: RedisVersion,
  tls: boolean,
): string {
  const master = node.masterIndex === null ? null : (nodes[node.masterIndex] as PlannedNode);
  // 7.0 saves one port, the one that the nodes use among themselves.
  const plainPort = tls && version !== '7.0' ? 0 : node.port;
  const aux = version === '7.0' ? '' : `,,tls-port=${tls ? node.port : 0},shard-id=${node.shardId}`;
  return [
    node.id,
    `${node.ip}:${plainPort}@${node.busPort}${aux}`,
    master === null ? 'master' : 'slave',
    master?.id ?? '-',
    '0',
    '0',
    String((master ?? node).configEpoch),
    'connected',
    ...(node.slots === null ? [] : [rangeText(node.slots)]),
  ].join(' ');
}

function rangeText([first, last]: readonly [number, number]): string {
  return first === last ? String(first) : `${first}-${last}`;
}
