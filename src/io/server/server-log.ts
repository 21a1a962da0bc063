/** The log of a server: a file or standard output, each line written before the server goes on (serverLogRaw of server.c). */
import { appendFileSync, writeSync } from 'node:fs';
import { resolve } from 'node:path';
import type { LogLevel } from '../../node/ports.js';
import type { SystemLog } from './system-log.js';

const SIGNS: Readonly<Record<LogLevel, string>> = { debug: '.', verbose: '-', notice: '*', warning: '#' };
const LEVELS: readonly string[] = ['debug', 'verbose', 'notice', 'warning', 'nothing'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const STDOUT = 1;
const MAX_MESSAGE = 1024;

export class ServerLog {
  /** The directive loglevel. */
  level = 'notice';
  /** The directive logfile; '' = standard output. */
  file = '';
  /** Where relative names begin. */
  directory = process.cwd();
  isReplica = false;
  /** The directive syslog-enabled. */
  system: SystemLog | null = null;

  write(level: LogLevel, text: string): void {
    if (LEVELS.indexOf(level) < LEVELS.indexOf(this.level)) return;
    const role = this.isReplica ? 'S' : 'M';
    const line = text.length > MAX_MESSAGE ? text.slice(0, MAX_MESSAGE) : text;
    this.system?.write(level, line);
    this.writeRaw(`${process.pid}:${role} ${timestamp(new Date())} ${SIGNS[level]} ${line}\n`);
  }

  /** As it is, at whatever level. */
  writeRaw(text: string): void {
    try {
      if (this.file === '') writeSync(STDOUT, text, null, 'latin1');
      else appendFileSync(resolve(this.directory, this.file), text, 'latin1');
    } catch {
      // Nobody reads it, or it cannot be opened: Redis goes on without a log.
    }
  }
}

/** `22 Nov 2026 14:03:07.004`, in local time. */
function timestamp(at: Date): string {
  const two = (number: number): string => String(number).padStart(2, '0');
  const day = `${two(at.getDate())} ${MONTHS[at.getMonth()]} ${at.getFullYear()}`;
  const time = `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
  return `${day} ${time}.${String(at.getMilliseconds()).padStart(3, '0')}`;
}
