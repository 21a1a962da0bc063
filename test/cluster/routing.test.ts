/** Where requests are served: Redis Cluster specification, "Redirection and resharding", MOVED, ASK and multi-key operations. */
import { beforeEach, describe, expect, it } from 'vitest';
import { hashSlotOfBytes } from '../../fixtures/index.js';
import type { ClusterNode } from '../../src/cluster/cluster-node.js';
import type { ClusterState } from '../../src/cluster/cluster-state.js';
import {
  type RoutingRequest,
  redirectError,
  redirectForBlockedClient,
  routeRequest,
  servesLocally,
} from '../../src/cluster/routing.js';
import { addNode, becomeReplicaOf, FakeHost, fakeState } from './fake-host.js';

const SLOT = hashSlotOfBytes('{tag}');
const OTHER_KEY = 'foo';

let host: FakeHost;
let state: ClusterState;
let other: ClusterNode;

/** The own node owns the slot of `{tag}` keys, node 1 owns that of `foo`; the cluster is ok. */
beforeEach(() => {
  host = new FakeHost();
  state = fakeState(host);
  other = addNode(state, 1);
  state.slots.assign(SLOT, state.myself);
  state.slots.assign(hashSlotOfBytes(OTHER_KEY), other);
  state.ok = true;
});

function route(keys: readonly string[], options: Partial<RoutingRequest> = {}): string {
  const result = routeRequest(state, {
    keys,
    isWrite: false,
    readonlyMode: false,
    asking: false,
    isMigrate: false,
    isShardedPubsub: false,
    ...options,
  });
  return result.kind === 'local' ? 'local' : redirectError(host.config, result).text;
}

const CROSSSLOT = "CROSSSLOT Keys in request don't hash to the same slot";
const TRYAGAIN = 'TRYAGAIN Multiple keys request during rehashing of slot';
const DOWN = 'CLUSTERDOWN The cluster is down';

describe('a stable slot', () => {
  it('is served by its owner and answered with MOVED by everybody else', () => {
    expect(route(['{tag}a'])).toBe('local');
    expect(route([OTHER_KEY])).toBe('MOVED 12182 127.0.0.1:7001');
  });

  it('does not matter to a request without keys', () => {
    state.ok = false;
    expect(route([])).toBe('local');
  });

  it('is served for several keys when all hash to it', () => {
    expect(route(['{tag}a', '{tag}b', '{tag}a'])).toBe('local');
    expect(route(['{tag}a', OTHER_KEY])).toBe(CROSSSLOT);
    expect(route([OTHER_KEY, OTHER_KEY])).toBe('MOVED 12182 127.0.0.1:7001');
  });

  it('gives CLUSTERDOWN when nobody owns it, before the other keys are looked at', () => {
    expect(route(['unowned', OTHER_KEY])).toBe('CLUSTERDOWN Hash slot not served');
  });

  it('is reported as CROSSSLOT even while the cluster is down', () => {
    state.ok = false;
    expect(route(['{tag}a', OTHER_KEY])).toBe(CROSSSLOT);
  });
});

describe('a slot being migrated away', () => {
  beforeEach(() => {
    state.slots.migratingTo.set(SLOT, other);
    host.keyNames.add('{tag}here');
  });

  it('is served for keys that are still here and answered with ASK for others', () => {
    expect(route(['{tag}here'])).toBe('local');
    expect(route(['{tag}gone'])).toBe(`ASK ${SLOT} 127.0.0.1:7001`);
    expect(route(['{tag}gone', '{tag}gone2'])).toBe(`ASK ${SLOT} 127.0.0.1:7001`);
  });

  it('gives TRYAGAIN when only some of the keys are here', () => {
    expect(route(['{tag}here', '{tag}gone'])).toBe(TRYAGAIN);
    expect(route(['{tag}gone', '{tag}here'])).toBe(TRYAGAIN);
  });

  it('lets MIGRATE work on it and does not look for channels among the keys', () => {
    expect(route(['{tag}gone'], { isMigrate: true })).toBe('local');
    expect(route(['{tag}channel'], { isShardedPubsub: true })).toBe('local');
  });

  it('is served when it is migrating to this very node, which SETSLOT allows', () => {
    state.slots.migratingTo.set(SLOT, state.myself);
    expect(route(['{tag}gone'])).toBe('local');
    expect(route(['{tag}here', '{tag}gone'])).toBe(TRYAGAIN);
  });

  it('is not served to a client that sent ASKING either', () => {
    expect(route(['{tag}gone'], { asking: true })).toBe(`ASK ${SLOT} 127.0.0.1:7001`);
  });
});

describe('a slot being imported', () => {
  const slot = hashSlotOfBytes('{foo}');

  beforeEach(() => {
    state.slots.importingFrom.set(slot, other);
    host.keyNames.add('{foo}here');
  });

  it('is served to clients that sent ASKING only', () => {
    expect(route(['{foo}here'])).toBe(`MOVED ${slot} 127.0.0.1:7001`);
    expect(route(['{foo}here'], { asking: true })).toBe('local');
    expect(route(['{foo}new'], { asking: true })).toBe('local');
  });

  it('gives TRYAGAIN for several keys of which one is missing', () => {
    expect(route(['{foo}here', '{foo}new'], { asking: true })).toBe(TRYAGAIN);
    expect(route(['{foo}new', '{foo}new'], { asking: true })).toBe('local');
    host.keyNames.add('{foo}new');
    expect(route(['{foo}here', '{foo}new'], { asking: true })).toBe('local');
  });

  it('lets MIGRATE work on it', () => {
    expect(route(['{foo}here'], { isMigrate: true })).toBe('local');
  });
});

describe('a cluster that is down', () => {
  beforeEach(() => {
    state.ok = false;
  });

  it('refuses every request with keys', () => {
    expect(route(['{tag}a'])).toBe(DOWN);
    expect(route([OTHER_KEY])).toBe(DOWN);
  });

  it('serves reads with cluster-allow-reads-when-down, and still redirects', () => {
    host.config['cluster-allow-reads-when-down'] = true;
    expect(route(['{tag}a'])).toBe('local');
    expect(route([OTHER_KEY])).toBe('MOVED 12182 127.0.0.1:7001');
    expect(route(['{tag}a'], { isWrite: true })).toBe(
      'CLUSTERDOWN The cluster is down and only accepts read commands',
    );
  });

  it('goes by the flags of EXEC itself, not by what is queued', () => {
    host.config['cluster-allow-reads-when-down'] = true;
    expect(route(['{tag}a'], { isWrite: true, isExec: true })).toBe('local');
  });

  it('serves sharded pub/sub unless cluster-allow-pubsubshard-when-down is off', () => {
    expect(route(['{tag}a'], { isShardedPubsub: true })).toBe('local');
    host.config['cluster-allow-pubsubshard-when-down'] = false;
    expect(route(['{tag}a'], { isShardedPubsub: true })).toBe(DOWN);
  });
});

describe('a replica', () => {
  beforeEach(() => {
    state = fakeState(host);
    other = addNode(state, 1);
    const third = addNode(state, 2);
    state.slots.assign(SLOT, other);
    state.slots.assign(hashSlotOfBytes(OTHER_KEY), third);
    becomeReplicaOf(state, other);
    state.ok = true;
  });

  it('answers MOVED for its master unless the client is READONLY and reads', () => {
    expect(route(['{tag}a'])).toBe(`MOVED ${SLOT} 127.0.0.1:7001`);
    expect(route(['{tag}a'], { readonlyMode: true })).toBe('local');
    expect(route(['{tag}a'], { readonlyMode: true, isWrite: true })).toBe(`MOVED ${SLOT} 127.0.0.1:7001`);
    expect(route([OTHER_KEY], { readonlyMode: true })).toBe('MOVED 12182 127.0.0.1:7002');
  });

  it("serves its master's shard channels to everybody", () => {
    expect(route(['{tag}a'], { isShardedPubsub: true })).toBe('local');
  });
});

describe('the fast path', () => {
  it('says yes for an own stable slot of a cluster that is ok only', () => {
    expect(servesLocally(state, SLOT)).toBe(true);
    expect(servesLocally(state, hashSlotOfBytes(OTHER_KEY))).toBe(false);
    expect(servesLocally(state, hashSlotOfBytes('unowned'))).toBe(false);
    state.slots.migratingTo.set(SLOT, other);
    expect(servesLocally(state, SLOT)).toBe(false);
    state.slots.migratingTo.clear();
    state.slots.importingFrom.set(SLOT, other);
    expect(servesLocally(state, SLOT)).toBe(false);
    state.slots.importingFrom.clear();
    state.slots.importingFrom.set(SLOT + 1, other);
    expect(servesLocally(state, SLOT)).toBe(true);
    state.ok = false;
    expect(servesLocally(state, SLOT)).toBe(false);
  });
});

describe('the endpoint of a redirection', () => {
  it('follows cluster-preferred-endpoint-type', () => {
    host.config['cluster-preferred-endpoint-type'] = 'hostname';
    expect(route([OTHER_KEY])).toBe('MOVED 12182 ?:7001');
    other.hostname = 'host.example';
    expect(route([OTHER_KEY])).toBe('MOVED 12182 host.example:7001');
    host.config['cluster-preferred-endpoint-type'] = 'unknown-endpoint';
    expect(route([OTHER_KEY])).toBe('MOVED 12182 :7001');
  });

  it('has no brackets around an IPv6 address', () => {
    other.ip = '2001:db8::1';
    expect(route([OTHER_KEY])).toBe('MOVED 12182 2001:db8::1:7001');
  });

  it('has the TLS port for TLS clients; 7.0 goes by tls-cluster', () => {
    other.tlsPort = 8001;
    const moved = { kind: 'moved', slot: 1, node: other } as const;
    const text = (version: '7.0' | '7.2', tls: boolean) =>
      redirectError(host.config, moved, { version, tls }).text;
    expect(text('7.2', true)).toBe('MOVED 1 127.0.0.1:8001');
    expect(text('7.2', false)).toBe('MOVED 1 127.0.0.1:7001');
    expect(text('7.0', true)).toBe('MOVED 1 127.0.0.1:7001');
    host.config['tls-cluster'] = true;
    expect(text('7.0', true)).toBe('MOVED 1 127.0.0.1:8001');
    other.port = 0;
    expect(text('7.0', false)).toBe('MOVED 1 127.0.0.1:8001');
  });
});

describe('a client blocked on a key', () => {
  const blocked = (key: string, options: { isWrite?: boolean; readonlyMode?: boolean } = {}) =>
    redirectForBlockedClient(state, { key, isWrite: true, readonlyMode: false, ...options })?.text ?? null;

  it('waits on while the slot is served or imported here', () => {
    expect(blocked('{tag}a')).toBeNull();
    state.slots.importingFrom.set(hashSlotOfBytes(OTHER_KEY), other);
    expect(blocked(OTHER_KEY)).toBeNull();
  });

  it('is redirected when the slot went to another node', () => {
    expect(blocked(OTHER_KEY)).toBe('MOVED 12182 127.0.0.1:7001');
    expect(blocked('unowned')).toBe('CLUSTERDOWN Hash slot not served');
  });

  it('is told that the cluster is down, whatever is allowed then', () => {
    host.config['cluster-allow-reads-when-down'] = true;
    state.ok = false;
    expect(blocked('{tag}a')).toBe(DOWN);
  });

  it('waits on at a replica when it is READONLY and its command reads', () => {
    state.slots.unassign(SLOT);
    state.slots.assign(SLOT, other);
    becomeReplicaOf(state, other);
    expect(blocked('{tag}a', { readonlyMode: true, isWrite: false })).toBeNull();
    expect(blocked('{tag}a', { readonlyMode: true })).toBe(`MOVED ${SLOT} 127.0.0.1:7001`);
  });
});
