/** What stands between one node and its clients: counts them, shows their commands to who waits for them, and lets faults strike. */
import type { Session } from '../../commands/session.js';
import type { ResolvedCommand } from '../../commands/table.js';
import type { ClientDoor } from '../../network/node-process.js';
import type { CommandFate } from '../../node/client-gate.js';
import type { ByteString } from '../../resp/byte-string.js';
import type { ErrorReply } from '../../resp/reply.js';
import { ClientCounters } from '../counters.js';
import type { TestNode } from '../test-node.js';
import type { IncomingCall } from './call-filter.js';
import type { ClientFaults } from './client-faults.js';
import { type CommandCall, callOf, commandName } from './command-call.js';

/** Sees every command of a client before any fault strikes. */
export type CallWatcher = (incoming: IncomingCall) => void;

export type WriteListener = (session: Session, command: ResolvedCommand, argv: readonly ByteString[]) => void;

export class NodeDoor implements ClientDoor {
  readonly counters = new ClientCounters();
  readonly #node: TestNode;
  readonly #faults: ClientFaults;
  readonly #watchers: ReadonlySet<CallWatcher>;
  readonly #nowMs: () => number;
  readonly #onWrite: WriteListener;

  constructor(
    node: TestNode,
    faults: ClientFaults,
    watchers: ReadonlySet<CallWatcher>,
    nowMs: () => number,
    onWrite: WriteListener,
  ) {
    this.#node = node;
    this.#faults = faults;
    this.#watchers = watchers;
    this.#nowMs = nowMs;
    this.#onWrite = onWrite;
  }

  onConnect(address: string): 'accept' | 'reset' | 'stall' {
    const welcome = this.#faults.onConnect(this.#node, address);
    if (welcome === 'accept') this.counters.opened++;
    else this.counters.refused++;
    return welcome;
  }

  onCommand(session: Session, argv: readonly ByteString[]): CommandFate | null {
    if (!this.counters.countKnown(argv[0] ?? '')) this.#count(argv);
    if (this.#watchers.size === 0 && this.#faults.isEmpty) return null;
    const command = this.#commandOf(argv);
    let call: CommandCall | null = null;
    const node = this.#node;
    const nowMs = this.#nowMs;
    const incoming: IncomingCall = {
      session,
      argv,
      command,
      get call() {
        call ??= callOf(node, session, command, argv, nowMs());
        return call;
      },
    };
    for (const watch of this.#watchers) watch(incoming);
    return this.#faults.fateOf(incoming);
  }

  onErrorReply(_session: Session, error: ErrorReply): void {
    const { code } = error;
    if (code === 'MOVED') this.counters.moved++;
    else if (code === 'ASK') this.counters.ask++;
  }

  onClosed(): void {
    this.counters.closed++;
  }

  onWrite(session: Session, command: ResolvedCommand, argv: readonly ByteString[]): void {
    this.#onWrite(session, command, argv);
  }

  #count(argv: readonly ByteString[]): void {
    const isContainer = this.#isContainer(argv[0] ?? '');
    this.counters.countCommand(argv, isContainer, () => commandName(this.#commandOf(argv), argv));
  }

  #isContainer(word: ByteString): boolean {
    const command = this.#node.process.node.commands.get(word);
    return command !== undefined && command.declaration.run === undefined;
  }

  #commandOf(argv: readonly ByteString[]): ResolvedCommand | undefined {
    return this.#node.process.node.commands.resolve(argv);
  }
}
