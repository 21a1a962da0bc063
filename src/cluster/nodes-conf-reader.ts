/**
 * Reads nodes.conf as written by Redis 7.0 and 7.2 (cluster.c, clusterLoadConfig). A line: `<id> <address> <flags>
 * <master> <ping sent> <pong received> <config epoch> <link> <slots> ...`, and once `vars currentEpoch <n> lastVoteEpoch <n>`.
 */
import type { ByteString } from '../resp/byte-string.js';
import { splitArguments } from '../resp/split-arguments.js';
import { ClusterNode } from './cluster-node.js';
import { ClusterState } from './cluster-state.js';
import { BUS_PORT_OFFSET, NODE_ID_LENGTH } from './constants.js';
import { flagOfName } from './describe-nodes.js';
import { NodeFlag } from './node-flags.js';
import { isNodeId } from './node-id.js';
import type { ClusterHost } from './ports.js';
import { addReplica } from './replica-list.js';
import { addSlot, addSlotRange, isSlot } from './slot-assignment.js';

/** The file is not one that Redis could have written; Redis logs this text and exits. */
export class CorruptNodesConfError extends Error {
  override readonly name = 'CorruptNodesConfError';
  /** The first line that is wrong, with its line end; the last line when it is `myself` that is missing. */
  readonly line: string;

  constructor(line: string) {
    super(`Unrecoverable error: corrupted cluster config file "${line}".`);
    this.line = line;
  }
}

/** @throws CorruptNodesConfError, also for an empty text: that file is the caller's "no configuration yet". */
export function readNodesConf(text: string, host: ClusterHost): ClusterState {
  const reader = new NodesConfReader(host);
  let line = '';
  // Like fgets: the line end belongs to the line.
  for (const [found] of text.matchAll(/[^\n]*\n|[^\n]+$/g)) {
    line = found;
    if (line[0] === '\n' || line[0] === '\0') continue;
    if (!reader.readLine(line)) throw new CorruptNodesConfError(line);
  }
  const state = reader.finish();
  if (state === null) throw new CorruptNodesConfError(line);
  return state;
}

const NOT_IN_AUXILIARY_FIELDS = /[!#$%&()*+:;<>?@[\]^{|}~\0]/;
const IP_LENGTH_MAX = 45;
const PORT_MAX = 65535;
const FIXED_FIELDS = 8;

/** Every read* method answers false for what makes the file corrupt. */
class NodesConfReader {
  readonly #host: ClusterHost;
  readonly #nodes = new Map<string, ClusterNode>();
  readonly #hasShardId = new Set<ClusterNode>();
  readonly #shards = new Set<string>();
  readonly #slots: { readonly node: ClusterNode; readonly first: number; readonly last: number }[] = [];
  readonly #migratingTo: [number, ClusterNode][] = [];
  readonly #importingFrom: [number, ClusterNode][] = [];
  #shardJoins = 0;
  #myself: ClusterNode | null = null;
  #currentEpoch = 0;
  #lastVoteEpoch = 0;

  constructor(host: ClusterHost) {
    this.#host = host;
  }

  readLine(line: string): boolean {
    const tokens = splitArguments(line);
    if (tokens === null || tokens.length === 0) return false;
    if (tokens[0]!.toLowerCase() === 'vars') return this.#readVariables(tokens);
    if (tokens.length < FIXED_FIELDS || !isNodeId(tokens[0]!)) return false;
    const [id, address, flags, master, pingSent, pongReceived, configEpoch] = tokens as [
      string,
      string,
      string,
      string,
      string,
      string,
      string,
    ];
    const node = this.#nodeOf(uniqueText(id));
    if (!this.#readAddress(node, address) || !this.#readFlags(node, flags)) return false;
    if (!this.#readMaster(node, master)) return false;
    const nowMs = this.#host.nowMs();
    if (readInt(pingSent) !== 0) node.pingSentMs = nowMs;
    if (readInt(pongReceived) !== 0) node.pongReceivedMs = nowMs;
    // A replica has no epoch of its own; what is written is its master's.
    node.configEpoch = node.isReplica && node.replicaOf !== null ? 0 : readUnsigned(configEpoch);
    return tokens.slice(FIXED_FIELDS).every((token) => this.#readSlots(node, token));
  }

  /** The state, or null when no line was `myself`. */
  finish(): ClusterState | null {
    if (this.#myself === null) return null;
    const state = new ClusterState(this.#host, this.#myself);
    let maxEpoch = this.#currentEpoch;
    for (const node of this.#nodes.values()) {
      if (node !== this.#myself) state.nodes.add(node);
      maxEpoch = Math.max(maxEpoch, node.configEpoch);
    }
    const overlap = this.#haveOverlap();
    for (const { node, first, last } of this.#slots) {
      // Of two lines that name the same slot the first one gets it.
      if (!overlap) addSlotRange(state, node, first, last);
      else for (let slot = first; slot <= last; slot++) addSlot(state, node, slot);
    }
    for (const [slot, node] of this.#migratingTo) state.slots.migratingTo.set(slot, node);
    for (const [slot, node] of this.#importingFrom) state.slots.importingFrom.set(slot, node);
    state.shardJoins = this.#shardJoins;
    // Never smaller than the epochs the file speaks of, should somebody have edited it.
    state.currentEpoch = maxEpoch;
    state.lastVoteEpoch = this.#lastVoteEpoch;
    this.#host.log('notice', `Node configuration loaded, I'm ${state.myself.id}`);
    return state;
  }

  #haveOverlap(): boolean {
    let end = -1;
    for (const { first, last } of [...this.#slots].sort((one, other) => one.first - other.first)) {
      if (first <= end || last < first) return true;
      end = last;
    }
    return false;
  }

  /** Ids that are mentioned before their own line, or never have one, get a node without flags. */
  #nodeOf(id: string): ClusterNode {
    let node = this.#nodes.get(id);
    if (node === undefined) {
      node = new ClusterNode(id, this.#host.random.hex(NODE_ID_LENGTH), 0, this.#host.nowMs());
      this.#nodes.set(id, node);
    }
    return node;
  }

  #readVariables(tokens: readonly ByteString[]): boolean {
    if (tokens.length % 2 === 0) return false;
    for (let index = 1; index < tokens.length; index += 2) {
      const name = tokens[index]!.toLowerCase();
      if (name === 'currentepoch') this.#currentEpoch = readUnsigned(tokens[index + 1]!);
      else if (name === 'lastvoteepoch') this.#lastVoteEpoch = readUnsigned(tokens[index + 1]!);
      else this.#host.log('notice', `Skipping unknown cluster config variable '${tokens[index]}'`);
    }
    return true;
  }

  /** `ip:port[@busport][,hostname[,name=value]...]` */
  #readAddress(node: ClusterNode, token: ByteString): boolean {
    const [address = '', hostname = '', ...fields] = token.split(',');
    node.hostname = hostname;
    const ports = new Set<string>();
    for (const field of fields) {
      const [name = '', value = '', ...rest] = field.split('=');
      if (!field.includes('=') || rest.length > 0 || NOT_IN_AUXILIARY_FIELDS.test(field)) return false;
      if (!this.#readAuxiliaryField(node, name, value)) return false;
      ports.add(name);
    }
    const colon = address.lastIndexOf(':');
    if (colon === -1 || colon > IP_LENGTH_MAX) return false;
    node.ip = uniqueText(address.slice(0, colon));
    const afterColon = address.slice(colon + 1);
    const at = afterColon.indexOf('@');
    const port = readInt(at === -1 ? afterColon : afterColon.slice(0, at));
    const tlsCluster = this.#host.config['tls-cluster'];
    // Without a named port the file is an old one, whose only port is the one the cluster itself uses.
    const isOldForm = !ports.has('tcp-port') && !ports.has('tls-port');
    if (isOldForm ? !tlsCluster : !ports.has('tcp-port')) node.port = port;
    else if (isOldForm || !ports.has('tls-port')) node.tlsPort = port;
    node.busPort =
      at === -1
        ? (tlsCluster ? node.tlsPort : node.port) + BUS_PORT_OFFSET
        : readInt(afterColon.slice(at + 1));
    return true;
  }

  #readAuxiliaryField(node: ClusterNode, name: string, value: string): boolean {
    switch (name) {
      case 'shard-id':
        return this.#readShardId(node, value);
      case 'nodename':
        node.nodename = value;
        return true;
      case 'tcp-port':
        node.port = readInt(value);
        return isPort(value, node.port);
      case 'tls-port':
        node.tlsPort = readInt(value);
        return isPort(value, node.tlsPort);
      default:
        return false;
    }
  }

  #readShardId(node: ClusterNode, shardId: string): boolean {
    if (!isNodeId(shardId)) return false;
    node.shardId = uniqueText(shardId);
    if (node.replicas.some((replica) => replica.shardId !== shardId)) return false;
    this.#hasShardId.add(node);
    this.#joinShard(node);
    return true;
  }

  #joinShard(node: ClusterNode): void {
    this.#shards.add(node.shardId);
    this.#shardJoins++;
    node.shardOrder = this.#shardJoins;
  }

  /** Redis ends with an assertion for an unknown flag and for a second `myself`; that is no better than corrupt. */
  #readFlags(node: ClusterNode, token: ByteString): boolean {
    for (const name of token.split(',')) {
      const flag = flagOfName(name);
      if (flag === undefined || (flag === NodeFlag.MYSELF && this.#myself !== null)) return false;
      if (flag === NodeFlag.MYSELF) this.#myself = node;
      if (flag === NodeFlag.FAIL) node.failTimeMs = this.#host.nowMs();
      node.flags |= flag;
    }
    return true;
  }

  #readMaster(node: ClusterNode, token: ByteString): boolean {
    if (token[0] === '-') {
      if (!this.#hasShardId.has(node)) this.#joinShard(node);
      return true;
    }
    if (!isNodeId(token) || token === node.id) return false;
    const master = this.#nodeOf(uniqueText(token));
    if (!this.#hasShardId.has(node)) {
      // Files of 7.0 have no shard ids: the replica belongs where its master is.
      node.shardId = master.shardId;
      this.#joinShard(node);
    } else if (this.#shards.has(master.shardId) && master.shardId !== node.shardId) {
      return false;
    }
    node.replicaOf = master;
    addReplica(master, node);
    return true;
  }

  /** `<slot>`, `<first>-<last>`, `[<slot>->-<id>]` for one being handed over or `[<slot>-<-<id>]` for one being taken. */
  #readSlots(node: ClusterNode, token: ByteString): boolean {
    const dash = token.indexOf('-');
    if (token[0] === '[') return dash !== -1 && this.#readOpenSlot(token, dash);
    const first = readInt(dash === -1 ? token : token.slice(0, dash));
    const last = dash === -1 ? first : readInt(token.slice(dash + 1));
    if (!isSlot(first) || !isSlot(last)) return false;
    this.#slots.push({ node, first, last });
    return true;
  }

  #readOpenSlot(token: ByteString, dash: number): boolean {
    const slot = readInt(token.slice(1, dash));
    const rest = token.slice(dash + 3);
    const bracket = rest.indexOf(']');
    const id = rest.slice(0, bracket);
    if (!isSlot(slot) || bracket === -1 || !isNodeId(id)) return false;
    const open = token[dash + 1] === '>' ? this.#migratingTo : this.#importingFrom;
    open.push([slot, this.#nodeOf(id)]);
    return true;
  }
}

/**
 * The same text, as the one copy of it that property names have. The views of a hundred nodes hold ten thousand ids: so
 * they share them, compare them by identity, and do not keep the text of the file alive.
 */
function uniqueText(text: string): string {
  return Object.keys({ [text]: null })[0] ?? text;
}

function isPort(text: string, port: number): boolean {
  return text.length >= 1 && text.length <= 5 && port >= 0 && port <= PORT_MAX;
}

const LEADING_INTEGER = /^[ \t-\r]*([+-]?[0-9]+)/;

/** As atoi: what follows the digits is ignored, no digits are 0, and only 32 bits are kept. */
function readInt(text: ByteString): number {
  const short = readShort(text);
  if (short !== null) return short;
  const digits = LEADING_INTEGER.exec(text)?.[1];
  if (digits === undefined) return 0;
  const clamped = clamp(BigInt(digits), -(2n ** 63n), 2n ** 63n - 1n);
  return Number(BigInt.asIntN(32, clamped));
}

/** Most numbers are a few digits and nothing else: a file of a thousand nodes has thousands. Null: it has to be looked at closely. */
function readShort(text: ByteString): number | null {
  if (text.length === 0 || text.length > 9) return null;
  let value = 0;
  for (let index = 0; index < text.length; index++) {
    const digit = text.charCodeAt(index) - 48;
    if (digit < 0 || digit > 9) return null;
    value = value * 10 + digit;
  }
  return value;
}

/** As strtoull. Epochs above 2^53 are rounded. */
function readUnsigned(text: ByteString): number {
  const short = readShort(text);
  if (short !== null) return short;
  const digits = LEADING_INTEGER.exec(text)?.[1];
  if (digits === undefined) return 0;
  const magnitude = clamp(BigInt(digits), -(2n ** 64n), 2n ** 64n - 1n);
  return Number(BigInt.asUintN(64, magnitude));
}

function clamp(value: bigint, min: bigint, max: bigint): bigint {
  if (value < min) return min;
  return value > max ? max : value;
}
