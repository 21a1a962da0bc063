/** What happens in a node's cluster brain, for the timeline and for tests. The recorder adds virtual time and the node that reported it. */

export type ClusterEvent =
  | { readonly kind: 'state-changed'; readonly ok: boolean }
  | { readonly kind: 'node-added'; readonly node: string; readonly handshake: boolean }
  | { readonly kind: 'node-removed'; readonly node: string; readonly reason: string }
  | { readonly kind: 'handshake-completed'; readonly node: string }
  | { readonly kind: 'pfail'; readonly node: string }
  | { readonly kind: 'pfail-cleared'; readonly node: string }
  | { readonly kind: 'failure-reported'; readonly node: string; readonly reporter: string }
  | { readonly kind: 'fail'; readonly node: string; readonly by: 'quorum' | 'message'; readonly from: string }
  | { readonly kind: 'fail-cleared'; readonly node: string }
  | {
      readonly kind: 'election-scheduled';
      readonly delayMs: number;
      readonly rank: number;
      readonly offset: number;
    }
  | { readonly kind: 'election-started'; readonly epoch: number; readonly votesNeeded: number }
  | { readonly kind: 'vote-granted'; readonly to: string; readonly epoch: number }
  | { readonly kind: 'vote-denied'; readonly to: string; readonly epoch: number; readonly reason: string }
  | { readonly kind: 'vote-received'; readonly from: string; readonly epoch: number; readonly votes: number }
  | { readonly kind: 'election-expired'; readonly epoch: number }
  | { readonly kind: 'election-won'; readonly epoch: number }
  | {
      readonly kind: 'promoted';
      readonly epoch: number;
      readonly slotCount: number;
      readonly formerMaster: string;
    }
  | { readonly kind: 'became-replica'; readonly of: string }
  | {
      readonly kind: 'role-seen';
      readonly node: string;
      readonly role: 'master' | 'replica';
      readonly of: string | null;
    }
  | {
      readonly kind: 'slots-moved';
      readonly from: string | null;
      readonly to: string;
      readonly slotCount: number;
      readonly epoch: number;
    }
  | {
      readonly kind: 'config-epoch-changed';
      readonly epoch: number;
      readonly reason: 'collision' | 'bump' | 'election' | 'command';
    }
  | {
      readonly kind: 'manual-failover';
      readonly step: 'started' | 'paused' | 'offset-reached' | 'timed-out' | 'ended';
    }
  | { readonly kind: 'replica-migration'; readonly to: string }
  | { readonly kind: 'reset'; readonly hard: boolean };
