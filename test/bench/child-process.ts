/** Child processes of the benchmark: started, listened to, and never left behind. */
import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import type { ChildRole } from './child-roles.js';

const MAIN = join(import.meta.dirname, 'main.js');
/** A child that takes longer than this is broken, unless it was given more time. */
const CHILD_TIMEOUT_MS = 120_000;

export interface ChildOptions {
  /** Flags of Node, such as --expose-gc. */
  readonly nodeFlags?: readonly string[];
  readonly timeoutMs?: number;
}

/** The child did not end in time. */
export class ChildTimeoutError extends Error {
  override readonly name = 'ChildTimeoutError';
}

/** Runs a role in a fresh process and gives what it measured. Rejects when the process fails or takes too long. */
export async function runChild<T>(
  role: ChildRole,
  args: readonly (string | number)[] = [],
  options: ChildOptions = {},
): Promise<T> {
  const child = forkChild(role, args, options);
  try {
    return await nextMessage<T>(child, options.timeoutMs);
  } finally {
    await endOf(child);
  }
}

/** A process that serves until it is stopped, and answers questions meanwhile. */
export class ServerChild<Answer> {
  readonly #child: ChildProcess;

  constructor(role: ChildRole, args: readonly (string | number)[] = []) {
    this.#child = forkChild(role, args, {});
  }

  /** The next thing it says by itself. */
  next(): Promise<Answer> {
    return nextMessage(this.#child);
  }

  ask(question: string): Promise<Answer> {
    const answer = nextMessage<Answer>(this.#child);
    this.#child.send(question);
    return answer;
  }

  stop(): Promise<void> {
    if (this.#child.connected) this.#child.disconnect();
    return endOf(this.#child);
  }
}

function forkChild(
  role: ChildRole,
  args: readonly (string | number)[],
  { nodeFlags = [] }: ChildOptions,
): ChildProcess {
  return fork(MAIN, ['child', role, ...args.map(String)], { execArgv: [...nodeFlags] });
}

/** Rejects when the child ends without a word, or says nothing for too long. */
function nextMessage<T>(child: ChildProcess, timeoutMs = CHILD_TIMEOUT_MS): Promise<T> {
  return new Promise((resolve, reject) => {
    const onMessage = (message: unknown): void => settle(() => resolve(message as T));
    const onExit = (code: number | null, signal: string | null): void =>
      settle(() => reject(new Error(`a child process of the benchmark ended (${signal ?? code})`)));
    const deadline = setInterval(
      () => settle(() => reject(new ChildTimeoutError('a child process of the benchmark took too long'))),
      timeoutMs,
    );
    const settle = (end: () => void): void => {
      clearInterval(deadline);
      child.off('message', onMessage);
      child.off('exit', onExit);
      end();
    };
    child.once('message', onMessage);
    child.once('exit', onExit);
  });
}

const GRACE_MS = 3000;

/** The child ends by itself; one that does not is killed. */
function endOf(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    const deadline = setInterval(() => child.kill('SIGKILL'), GRACE_MS);
    child.once('exit', () => {
      clearInterval(deadline);
      resolve();
    });
  });
}
