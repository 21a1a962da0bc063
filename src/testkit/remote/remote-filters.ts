/** Options of the test kit as another process can give them: with its own nodes, and without functions. */
import type { RebalanceOptions, ReshardOptions } from '../cluster-members.js';
import type { MigrateSlotOptions } from '../cluster-moves.js';
import type { StepOptions, WaitOptions } from '../cluster-time.js';
import type { NamedMoment } from '../control/conditions.js';
import type { Duration } from '../duration.js';
import type { EventFilter } from '../event-log.js';
import type { CallFilter } from '../faults/call-filter.js';
import type { ClientFaultSpec } from '../faults/client-fault.js';
import type { MessageFilter, OneOrMore } from '../faults/message-filter.js';
import type { FailoverResult } from '../moves/failover.js';
import type { RemotePartition } from './remote-handles.js';
import type { RemoteNode } from './remote-node.js';

export type RemoteCallFilter = Omit<CallFilter, 'match'>;

export interface RemoteMessageFilter extends Omit<MessageFilter, 'from' | 'to' | 'between' | 'match'> {
  readonly from?: OneOrMore<RemoteNode>;
  readonly to?: OneOrMore<RemoteNode>;
  readonly between?: readonly RemoteNode[];
}

/** As ClientFaultSpec, without handlers. */
export type RemoteClientFaultSpec =
  | Exclude<
      ClientFaultSpec,
      { readonly handler: unknown } | { readonly moved: unknown } | { readonly ask: unknown }
    >
  | { readonly moved: RemoteNode | string; readonly slot?: number }
  | { readonly ask: RemoteNode | string; readonly slot?: number };

export interface RemoteEventFilter extends Omit<EventFilter, 'match'> {}

export interface RemoteWhenCommandOptions extends Omit<RemoteCallFilter, 'command'> {
  readonly node?: RemoteNode;
  readonly times?: number;
  readonly timeoutMs?: number;
}

export interface RemoteRecordOptions {
  readonly commands?: true | RemoteCallFilter;
  readonly messages?: true | RemoteMessageFilter;
}

export interface RemoteMigrateSlotOptions extends Omit<MigrateSlotOptions, 'to'> {
  readonly to: RemoteNode;
}

export interface RemoteReshardOptions extends Omit<ReshardOptions, 'from' | 'to'> {
  readonly from?: OneOrMore<RemoteNode>;
  readonly to: RemoteNode;
}

export interface RemoteRebalanceOptions extends Omit<RebalanceOptions, 'weights'> {
  readonly weights?: ReadonlyMap<RemoteNode, number>;
}

export interface RemoteFailoverResult extends Omit<FailoverResult, 'promoted' | 'demoted' | 'partition'> {
  readonly promoted: RemoteNode;
  readonly demoted: RemoteNode;
  readonly partition: RemotePartition | null;
}

/**
 * What waitFor() and runUntil() wait for: a word, a moment that has a name, or a function of what is here: roles, slots and
 * addresses are brought up to date before each try.
 */
export type RemoteCondition<C> =
  | 'ok'
  | 'converged'
  | 'in-sync'
  | NamedMoment<RemoteNode>
  | ((cluster: C) => boolean | Promise<boolean>);

export interface RemoteWaitOptions extends Omit<WaitOptions, keyof StepOptions> {}

export interface RemoteRunOptions {
  /** Virtual time that it may take, default '120s'. */
  readonly limit?: Duration;
}
