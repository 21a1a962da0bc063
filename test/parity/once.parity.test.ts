/** Commands that need no more than a call or two: those that save, look after memory, or change the mode of a client. */
import { it } from 'vitest';
import { describeParity } from '../support/real-redis.js';
import { callsOf, Pair } from './compare.js';
import type { TypedReply } from './typed-reply.js';

const CALLS = callsOf(`
  ASKING
  ASKING x
  READONLY
  READONLY x
  READWRITE
  READWRITE x
  MEMORY PURGE
  MEMORY DOCTOR x
  MEMORY MALLOC-STATS x
  MEMORY STATS x
  LATENCY DOCTOR x
  LATENCY HELP x
  LASTSAVE x
  SAVE
  SAVE x
  BGSAVE x
  BGSAVE SCHEDULE x
  BGREWRITEAOF x
  COMMAND x
  COMMAND HELP x
  ACL HELP x
  SCRIPT HELP x
  CONFIG REWRITE x
  CLUSTER HELP x
`);

/** What they tell is the affair of the machine. */
const OF_THE_MACHINE = callsOf(`
  MEMORY DOCTOR
  LATENCY DOCTOR
  LASTSAVE
`);

describeParity('commands of a call or two', () => {
  for (const protocol of [2, 3] as const) {
    it(`answer alike (RESP${protocol})`, async () => {
      await using pair = await Pair.start({ protocol, config: { save: '' } });
      await pair.sameAll(CALLS);
      await pair.sameAll(OF_THE_MACHINE, { normalise: ({ type }) => type });
      // Only jemalloc has statistics to tell.
      await pair.same(['MEMORY', 'MALLOC-STATS'], { normalise: ({ type }) => type === '-' });
      await pair.same(['MEMORY', 'STATS'], { normalise: names });
      await pair.same(['BGREWRITEAOF']);
      await pair.same(['BGSAVE', 'SCHEDULE'], { normalise: ({ type }) => type });
    });
  }
});

function names({ type, value }: TypedReply): unknown {
  return [type, (value as readonly TypedReply[]).filter((_, index) => index % 2 === 0)];
}
