/** syslog-enabled: the lines of the log for the system as well. Node.js cannot reach syslog(3), so the program logger(1) hands them on; without it they are lost. */
import { type ChildProcess, spawn } from 'node:child_process';
import type { LogLevel } from '../../node/ports.js';

/** Numbers of <syslog.h>. */
const USER = 1;
const LOCAL0 = 16;
const SEVERITIES: Readonly<Record<LogLevel, number>> = { debug: 7, verbose: 6, notice: 5, warning: 4 };

export class SystemLog {
  readonly #facility: number;
  readonly #logger: ChildProcess;

  /** @param facility `user` or `local0` to `local7`. */
  constructor(ident: string, facility: string) {
    this.#facility = facility === 'user' ? USER : LOCAL0 + Number(facility.slice('local'.length));
    this.#logger = spawn('logger', ['--prio-prefix', `--id=${process.pid}`, '--tag', ident], {
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    this.#logger.on('error', () => undefined);
    this.#logger.stdin?.on('error', () => undefined);
    this.#logger.unref();
  }

  write(level: LogLevel, text: string): void {
    const priority = this.#facility * 8 + SEVERITIES[level];
    this.#logger.stdin?.write(`<${priority}>${text.replaceAll('\n', ' ')}\n`, 'latin1');
  }
}
