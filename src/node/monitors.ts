/** The clients that sent MONITOR, and the lines they get (replicationFeedMonitors of replication.c). https://redis.io/docs/latest/commands/monitor/ */
import type { MonitorPort } from '../commands/push-ports.js';
import type { Session } from '../commands/session.js';
import type { ResolvedCommand } from '../commands/table.js';
import { quoteArgument } from '../config/quote-argument.js';
import type { ByteString } from '../resp/byte-string.js';
import { withoutSecrets } from './secrets.js';

export interface MonitorHost {
  isLoading(): boolean;
  nowMs(): number;
  /** `ip:port` of our master. */
  masterAddress(): string;
  print(session: Session, line: ByteString): void;
}

export class Monitors implements MonitorPort {
  readonly #host: MonitorHost;
  readonly #sessions = new Set<Session>();

  constructor(host: MonitorHost) {
    this.#host = host;
  }

  get isEmpty(): boolean {
    return this.#sessions.size === 0;
  }

  add(session: Session): void {
    session.isMonitor = true;
    this.#sessions.add(session);
  }

  remove(session: Session): void {
    if (this.#sessions.delete(session)) session.isMonitor = false;
  }

  /** A command has run. Those of administrators are not shown. */
  feed(session: Session, command: ResolvedCommand, argv: readonly ByteString[]): void {
    if (command.flags.has('skip_monitor') || command.flags.has('admin')) return;
    this.show(session, withoutSecrets(command, argv));
  }

  show(session: Session, argv: readonly ByteString[]): void {
    const host = this.#host;
    if (host.isLoading()) return;
    const address = this.#addressOf(session);
    const line = `+${timeOf(host.nowMs())} [${session.dbIndex} ${address}] ${argv.map(quoteArgument).join(' ')}\r\n`;
    for (const monitor of this.#sessions) host.print(monitor, line);
  }

  #addressOf(session: Session): string {
    if (session.kind === 'master-link') return this.#host.masterAddress();
    return session.kind === 'script' ? 'lua' : addressOf(session);
  }
}

/** Unix seconds with six digits behind the point. */
function timeOf(nowMs: number): string {
  const microseconds = String(Math.floor((nowMs % 1000) * 1000)).padStart(6, '0');
  return `${Math.floor(nowMs / 1000)}.${microseconds}`;
}

/** A unix socket is named by its path. */
function addressOf({ address }: Session): string {
  return address.startsWith('/') ? `unix:${address.replace(/:0$/, '')}` : address;
}
