/** Sockets on which this thread waits (MIGRATE to a node outside of this process): a thread of its own works them, and tells this one by shared memory. */
import type { ConnectionOptions } from 'node:tls';
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads';
import type { BlockingConnection } from '../commands/generic/migration-link.js';
import type { ByteString } from '../resp/byte-string.js';
import type { TlsSettings } from './tls-settings.js';

/** What the other thread may need beyond the timeout of a step: its start, above all. */
const GRACE_MS = 2000;

/** Where to connect to, and how long to wait for that. */
export interface BlockingTarget {
  readonly host: string;
  readonly port: number;
  readonly localAddress: string;
  readonly timeoutMs: number;
  /** Null: without TLS. */
  readonly tls: TlsSettings | null;
}

type Request =
  | {
      readonly step: 'connect';
      readonly id: number;
      readonly host: string;
      readonly port: number;
      readonly localAddress: string;
      readonly timeoutMs: number;
      /** Null: without TLS. */
      readonly tls: Omit<ConnectionOptions, 'checkServerIdentity'> | null;
    }
  | { readonly step: 'write'; readonly id: number; readonly bytes: string; readonly timeoutMs: number }
  | { readonly step: 'readLine'; readonly id: number; readonly timeoutMs: number }
  | { readonly step: 'close'; readonly id: number; readonly timeoutMs: number };

type Answer = 'connected' | 'refused' | 'written' | 'closed' | 'timeout' | { readonly line: ByteString };

/** Source of the thread, in CommonJS, because it has to work from every build and bundle. It answers each request once. */
const THREAD = `
const { workerData: { port, turn } } = require('node:worker_threads');
const net = require('node:net');
const sockets = new Map();

function answer(result) {
  port.postMessage(result);
  Atomics.add(turn, 0, 1);
  Atomics.notify(turn, 0);
}

/** Calls poll at once and after every event of the socket until it gives an answer. */
function wait(socket, timeoutMs, poll) {
  let timer = null;
  const end = (result) => {
    clearTimeout(timer);
    socket.onChange = () => undefined;
    answer(result);
  };
  const look = () => {
    const result = poll();
    if (result !== null) end(result);
    return result !== null;
  };
  if (look()) return;
  socket.onChange = look;
  timer = setTimeout(() => end('timeout'), timeoutMs);
}

function open({ id, host, port, localAddress, timeoutMs, tls }) {
  const state = { received: '', closed: false, connected: false, onChange: () => undefined };
  const target = { host, port, localAddress, noDelay: true };
  const connection =
    tls === null
      ? net.connect(target)
      : require('node:tls').connect({ ...target, ...tls, checkServerIdentity: () => undefined });
  state.connection = connection;
  sockets.set(id, state);
  connection.on(tls === null ? 'connect' : 'secureConnect', () => { state.connected = true; state.onChange(); });
  connection.on('data', (chunk) => { state.received += chunk.latin1Slice(); state.onChange(); });
  connection.on('error', () => undefined);
  connection.on('close', () => { state.closed = true; state.onChange(); });
  wait(state, timeoutMs, () => (state.connected ? 'connected' : state.closed ? 'refused' : null));
}

port.on('message', (request) => {
  if (request.step === 'connect') return open(request);
  const socket = sockets.get(request.id);
  if (request.step === 'close') {
    socket.connection.destroy();
    sockets.delete(request.id);
    return answer('closed');
  }
  if (request.step === 'write') {
    let written = false;
    socket.connection.write(request.bytes, 'latin1', (error) => { written = !error; socket.onChange(); });
    return wait(socket, request.timeoutMs, () => (socket.closed ? 'closed' : written ? 'written' : null));
  }
  wait(socket, request.timeoutMs, () => {
    const end = socket.received.indexOf('\\n');
    if (end < 0) return socket.closed ? 'closed' : null;
    const line = socket.received.slice(0, socket.received[end - 1] === '\\r' ? end - 1 : end);
    socket.received = socket.received.slice(end + 1);
    return { line };
  });
});
`;

export class BlockingSockets {
  #worker: Worker | null = null;
  #port: MessagePort | null = null;
  /** Counts the answers. */
  readonly #turn = new Int32Array(new SharedArrayBuffer(4));
  #lastId = 0;

  /** Connects, waiting for it. */
  connect({ tls, ...target }: BlockingTarget): BlockingConnection | 'refused' | 'timeout' {
    const id = ++this.#lastId;
    // Functions cannot be sent to the thread.
    const { checkServerIdentity: _, ...options } = tls?.client ?? {};
    const answer = this.#ask({ step: 'connect', id, ...target, tls: tls === null ? null : options });
    const close = (): void => void this.#ask({ step: 'close', id, timeoutMs: 0 });
    if (answer !== 'connected') {
      close();
      return answer === 'timeout' ? 'timeout' : 'refused';
    }
    return {
      write: (bytes, stepTimeoutMs) => {
        const written = this.#ask({ step: 'write', id, bytes, timeoutMs: stepTimeoutMs });
        return written === 'written' || written === 'timeout' ? written : 'closed';
      },
      readLine: (stepTimeoutMs) => {
        const read = this.#ask({ step: 'readLine', id, timeoutMs: stepTimeoutMs });
        return typeof read === 'object' || read === 'timeout' ? read : 'closed';
      },
      close,
    };
  }

  /** Closes every socket and ends the thread. */
  async stop(): Promise<void> {
    const worker = this.#worker;
    this.#worker = null;
    this.#port?.close();
    this.#port = null;
    await worker?.terminate();
  }

  #ask(request: Request): Answer {
    const port = this.#port ?? this.#start();
    const before = Atomics.load(this.#turn, 0);
    port.postMessage(request);
    const waited = Atomics.wait(this.#turn, 0, before, request.timeoutMs + GRACE_MS);
    const message = receiveMessageOnPort(port);
    if (waited === 'timed-out' || message === undefined) {
      // It does not answer in time: what it holds is lost.
      void this.stop();
      return 'closed';
    }
    return message.message as Answer;
  }

  #start(): MessagePort {
    const { port1, port2 } = new MessageChannel();
    const worker = new Worker(THREAD, {
      eval: true,
      workerData: { port: port2, turn: this.#turn },
      transferList: [port2],
    });
    worker.unref();
    port1.unref();
    this.#worker = worker;
    this.#port = port1;
    return port1;
  }
}
