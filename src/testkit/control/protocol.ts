/**
 * The control protocol: how another process holds a cluster. Lines of JSON over a TCP connection of this machine.
 *
 * - A request: `{ "id": 1, "method": "advance", "params": { "duration": "15s" } }`. The first one is `hello`, with the
 *   `version` that the client speaks.
 * - Its answer: `{ "id": 1, "result": ... }` or `{ "id": 1, "error": { "code": "TIMEOUT", "message": "..." } }`; answers come
 *   as the calls end, not in the order of the requests. Both have `"state"` when the nodes are not what this client was
 *   last told.
 * - From the server: `{ "ping": 7 }`, which wants `{ "pong": 7 }` after the client has read what its other sockets have: so
 *   a fast-forward lets the clients of Redis in that process go along.
 *
 * Values that JSON lacks are objects with one name that begins with `$`: see value-codec. A node is
 * `{ "$node": "127.0.0.1:7000" }`, by name, id, or the key that the state gives it.
 */

/** Goes up when a client of the version before would no longer understand. */
export const PROTOCOL_VERSION = 1;

export interface Request {
  readonly id: number;
  readonly method: string;
  readonly params?: Readonly<Record<string, unknown>>;
}

export interface Answer {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: WireError;
  readonly state?: ClusterStateMessage;
}

export interface WireError {
  readonly code: string;
  readonly message: string;
}

/** What a client keeps a copy of. */
export interface ClusterStateMessage {
  readonly nodes: readonly NodeStateMessage[];
}

export interface NodeStateMessage {
  /** The same as long as the node is there, whatever its address and its id become. */
  readonly key: string;
  readonly id: string;
  readonly host: string;
  readonly port: number;
  readonly busPort: number;
  readonly name: string;
  readonly uri: string;
  readonly state: 'running' | 'paused' | 'stopped';
  readonly role: 'master' | 'replica';
  /** Key of its master. */
  readonly master: string | null;
  readonly slots: readonly (readonly [first: number, last: number])[];
  /** Of a stopped node: what others still hold for its slots. */
  readonly assigned: readonly (readonly [first: number, last: number])[];
  /** Greater = the claim of a slot that counts, where two nodes have it. */
  readonly configEpoch: number;
  readonly connectionCount: number;
}

/** What hello tells. */
export interface Welcome {
  readonly version: number;
  readonly seed: number;
  readonly tls: { readonly ca: string; readonly cert: string; readonly key: string } | null;
}
