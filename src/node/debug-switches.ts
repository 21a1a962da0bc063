/** What DEBUG turns on and off in a node. */
import { MESSAGE_TYPES } from '../cluster/message.js';
import type { DebugSwitches } from '../commands/context.js';
import type { Node } from './node.js';

export class NodeDebugSwitches implements DebugSwitches {
  activeExpire = true;
  cronPaused = false;
  replyPeakResetMs = 5000;
  resizesReplyBuffers = true;
  skipsChecksums = false;
  allowsAllInScripts = false;
  readonly #node: Node;

  constructor(node: Node) {
    this.#node = node;
  }

  get droppedPacketType(): number {
    const type = this.#node.cluster?.state.droppedType ?? null;
    return type === null ? -1 : MESSAGE_TYPES.indexOf(type);
  }

  set droppedPacketType(type: number) {
    if (this.#node.cluster !== null) this.#node.cluster.state.droppedType = MESSAGE_TYPES[type] ?? null;
  }
}
