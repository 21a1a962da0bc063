/** What the test kit itself writes into the event log, beside what the nodes report. */
import type { MessageType } from './faults/message.js';

export type KitEvent =
  | { readonly kind: 'fault'; readonly step: 'begins' | 'ends'; readonly what: string }
  /** A process was stopped or continued, as by SIGSTOP and SIGCONT. */
  | { readonly kind: 'process'; readonly step: 'paused' | 'resumed' }
  /** Recorded on request: see `cluster.record()`. The reporting node is the sender. */
  | {
      readonly kind: 'message';
      readonly type: MessageType;
      readonly to: string;
      readonly fate: 'delivered' | 'dropped';
      readonly summary: string;
    }
  /** Recorded on request: what a client sent. */
  | {
      readonly kind: 'command';
      /** In capitals, with its subcommand: `GET`, `CLUSTER SLOTS`. */
      readonly command: string;
      readonly args: readonly string[];
      readonly client: string;
    };
