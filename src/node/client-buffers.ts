/** The room that a client's buffers would have in a server written in C, and how it shrinks with time (clientsCronResizeQueryBuffer, clientsCronResizeOutputBuffer of server.c). */
import { queryRoomFor, roomOf } from '../commands/client-memory.js';
import type { RedisVersion } from '../commands/command.js';

const IDLE_S = 2;
/** More than that has to be free before the buffer for requests shrinks. */
const WORTH_SHRINKING = 4096;
/** Longer buffers shrink to what was lately needed of them. */
const RESIZE_THRESHOLD = 32 * 1024;

export interface BufferPolicy {
  /** DEBUG REPLYBUFFER RESIZING */
  readonly resizesReplies: boolean;
  /** DEBUG REPLYBUFFER PEAK-RESET-TIME; negative = never. */
  readonly peakResetMs: number;
}

/** What changed of the reply buffer. */
export type Resized = 'shrunk' | 'expanded' | null;

export class ClientBuffers {
  replyRoom: number;
  replyPeak: number;
  queryRoom = 0;
  #queryPeak = 0;
  /** The first cron resets the peak. */
  #peakResetAtMs = 0;
  readonly #version: RedisVersion;

  constructor(version: RedisVersion) {
    this.#version = version;
    this.replyRoom = roomOf(version).reply;
    this.replyPeak = this.replyRoom;
  }

  /** So many bytes of requests are there. */
  onInput(bytes: number): void {
    if (bytes > this.#queryPeak) this.#queryPeak = bytes;
    const needed = queryRoomFor(bytes, this.#version);
    if (needed > this.queryRoom) this.queryRoom = needed;
  }

  /** So many bytes of replies wait to be written. */
  onOutput(bytes: number): void {
    const inBuffer = Math.min(bytes, this.replyRoom);
    if (inBuffer > this.replyPeak) this.replyPeak = inBuffer;
  }

  /** @param idleS since the last request. @param queryBytes that wait. */
  cron(nowMs: number, idleS: number, queryBytes: number, policy: BufferPolicy): Resized {
    if (this.queryRoom - queryBytes > WORTH_SHRINKING) {
      if (idleS > IDLE_S) this.queryRoom = queryBytes;
      else if (this.queryRoom > RESIZE_THRESHOLD && this.queryRoom / 2 > this.#queryPeak) {
        this.queryRoom = Math.max(queryBytes, this.#queryPeak);
      }
    }
    this.#queryPeak = queryBytes;
    return policy.resizesReplies ? this.#resizeReplies(nowMs, policy) : null;
  }

  #resizeReplies(nowMs: number, { peakResetMs }: BufferPolicy): Resized {
    const { reply, smallestReply } = roomOf(this.#version);
    const room = this.replyRoom;
    let resized: Resized = null;
    if (Math.floor(room / 2) >= smallestReply - ROUNDING && this.replyPeak < Math.floor(room / 2)) {
      this.replyRoom = Math.max(smallestReply, this.replyPeak + 1);
      resized = 'shrunk';
    } else if (room * 2 < reply * 2 && this.replyPeak === room) {
      this.replyRoom = Math.min(reply, room * 2);
      resized = 'expanded';
    }
    if (peakResetMs >= 0 && nowMs - this.#peakResetAtMs >= peakResetMs) {
      this.replyPeak = 0;
      this.#peakResetAtMs = nowMs;
    }
    return resized;
  }
}

/** The smallest buffer is allocated with some bytes to spare. */
const ROUNDING = 8;
