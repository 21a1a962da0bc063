// Runs cluster commands on a brain with fakes around it, without a node: container, arity and handler, as dispatch does.
import { ClusterBrain } from '../../../src/cluster/brain.js';
import { clusterCommands } from '../../../src/commands/cluster/index.js';
import type { RedisVersion } from '../../../src/commands/command.js';
import type { CommandContext } from '../../../src/commands/context.js';
import type { Session } from '../../../src/commands/session.js';
import { CommandTable } from '../../../src/commands/table.js';
import { unknownSubcommand, wrongArity } from '../../../src/resp/errors/index.js';
import type { Reply } from '../../../src/resp/reply.js';
import { encodeReply } from '../../../src/resp/reply-encoder.js';
import { FakeHost } from '../../cluster/fake-host.js';

export class ClusterHarness {
  readonly host = new FakeHost();
  readonly brain = new ClusterBrain(this.host, null);
  readonly session = { readonlyMode: false, asking: false } as Pick<Session, 'readonlyMode' | 'asking'>;
  readonly table: CommandTable;
  readonly #version: RedisVersion;
  clusterEnabled = true;

  constructor(version: RedisVersion = '7.2') {
    this.#version = version;
    this.table = new CommandTable(version, [clusterCommands]);
    this.host.saved = [];
  }

  get state() {
    return this.brain.state;
  }

  get me(): string {
    return this.state.myself.id;
  }

  call(...argv: readonly string[]): Reply {
    const command = this.table.resolve(argv);
    if (command === undefined) return unknownSubcommand(argv[0]!, argv[1]!);
    if (!command.acceptsArgumentCount(argv.length) || command.declaration.run === undefined) {
      return wrongArity(command.fullName);
    }
    const cluster = this.clusterEnabled ? this.brain : null;
    const context = { node: { cluster, version: this.#version }, session: this.session };
    return command.declaration.run(context as unknown as CommandContext, argv);
  }

  /** CLUSTER with these arguments, separated by spaces; the reply in RESP2 with spaces for line ends. */
  cluster(line: string): string {
    return encodeReply(this.call('CLUSTER', ...line.split(' ')), 2)
      .replaceAll('\r\n', ' ')
      .trim();
  }
}
