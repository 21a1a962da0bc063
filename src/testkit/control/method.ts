/** What a method of the control protocol is. */
import type { Cluster } from '../cluster.js';
import { checkOptions } from '../faults/message-filter.js';
import type { Handles } from './handles.js';

/** Parameters by name, decoded and not checked: the methods of the cluster check what they are given. */
// biome-ignore lint/suspicious/noExplicitAny: whatever the client sent.
export type Params = Readonly<Record<string, any>>;

/** What a call comes with. */
export interface CallContext {
  readonly cluster: Cluster;
  readonly handles: Handles;
  /** True when the nodes are not what the client was last told. */
  hasNews(): boolean;
}

export interface Method {
  /** It disturbs nobody: others may call it while somebody has the cluster for himself. */
  readonly reads: boolean;
  run(context: CallContext, params: Params): unknown;
}

type Run = (context: CallContext, params: Params) => unknown;

export const reads = (run: Run): Method => ({ reads: true, run });
export const acts = (run: Run): Method => ({ reads: false, run });

/** Checks names where the cluster does not. */
export function only(call: string, params: Params, names: readonly string[]): Params {
  checkOptions(call, params, names);
  return params;
}
