/** The script by which BullMQ adds a job, as a request of redis-benchmark. */
import { createRequire } from 'node:module';

const KEY_NAMES = ['wait', 'paused', 'meta', 'id', 'completed', 'delayed', 'active', 'events', 'marker'];
const PREFIX = '{bull}:bench:';

/** redis-benchmark takes no bytes that are not text, so what BullMQ packs comes as JSON and is packed first. */
const PACK_ARGUMENTS =
  'local ARGV = {cmsgpack.pack(cjson.decode(ARGV[1])), ARGV[2], cmsgpack.pack(cjson.decode(ARGV[3]))}\n';

export function bullmqScript(): { source: string; keys: string[]; args: string[] } {
  const require = createRequire(import.meta.url);
  const { addStandardJob } = require('bullmq/dist/cjs/scripts/addStandardJob-9') as {
    addStandardJob: { readonly content: string };
  };
  return {
    source: PACK_ARGUMENTS + addStandardJob.content,
    keys: KEY_NAMES.map((name) => PREFIX + name),
    args: [
      JSON.stringify([PREFIX, '', 'mail', 1_700_000_000_000]),
      JSON.stringify({ to: 'someone@example.com', text: 'hello '.repeat(10) }),
      JSON.stringify({ attempts: 3, backoff: { type: 'exponential', delay: 1000 } }),
    ],
  };
}
