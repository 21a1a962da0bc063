/**
 * A file that belongs to one process. Redis locks it with flock(), which the runtime does not offer: a file beside it names
 * the process that has it, and locks that a redis-server holds are looked up in what the system tells of them.
 */
import { closeSync, openSync, readFileSync, statSync, unlinkSync, writeSync } from 'node:fs';

export class FileLock {
  readonly #path: string;

  private constructor(path: string) {
    this.#path = path;
  }

  /** @returns null when another process has the file. */
  static take(file: string): FileLock | null {
    if (isLockedByOther(file)) return null;
    const path = `${file}.lock`;
    for (let attempt = 0; attempt < 2; attempt++) {
      try {
        const descriptor = openSync(path, 'wx', 0o644);
        writeSync(descriptor, `${process.pid} ${startTimeOf(process.pid)}\n`);
        closeSync(descriptor);
        return new FileLock(path);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') return null;
        if (isHeld(path)) return null;
        remove(path);
      }
    }
    return null;
  }

  release(): void {
    remove(this.#path);
  }
}

/** The process that wrote the lock still runs. */
function isHeld(path: string): boolean {
  let owner: string[];
  try {
    owner = readFileSync(path, 'latin1').trim().split(' ');
  } catch {
    return false;
  }
  const pid = Number(owner[0]);
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  // The number may have been given to another process meanwhile.
  return startTimeOf(pid) === owner[1];
}

/** When the process started, in the units of the system; '-' where the system does not tell. */
function startTimeOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '-';
  } catch {
    return '-';
  }
}

/** Some process holds flock() on the file (Linux only; elsewhere nobody is seen to). */
function isLockedByOther(file: string): boolean {
  try {
    const { ino } = statSync(file);
    return readFileSync('/proc/locks', 'latin1')
      .split('\n')
      .some((line) => / FLOCK /.test(line) && line.includes(`:${ino} `));
  } catch {
    return false;
  }
}

function remove(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // Somebody else did.
  }
}
