/** Makes times and idle times in replies of stream commands alike. */
import type { TypedReply } from './typed-reply.js';

const TIMES = new Set(['idle', 'inactive', 'seen-time', 'active-time']);

export function withoutTimes(reply: TypedReply): unknown {
  if (!Array.isArray(reply.value)) return reply;
  const items = reply.value as readonly TypedReply[];
  const kinds = items.map((item) => item.type).join('');
  // [id, consumer, time or idle time, deliveries] and [id, time, deliveries]
  const timeAt = kinds === '$$::' ? 2 : kinds === '$::' ? 1 : -1;
  return {
    ...reply,
    value: items.map((item, index) => {
      const name = items[index - 1]?.value;
      const isTime = index === timeAt || (typeof name === 'string' && TIMES.has(name));
      return isTime && item.type === ':' && item.value !== '-1' ? 'time' : withoutTimes(item);
    }),
  };
}
