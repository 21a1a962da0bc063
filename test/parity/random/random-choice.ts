/**
 * Commands that choose at random: the choices of both servers differ, so it is compared whether each choice is valid by
 * what the key held before and holds after. The key is gone afterwards, so that both hold the same again.
 */
import type { TypedReply } from '../typed-reply.js';
import type { Dice } from './dice.js';
import { speak } from './vocabulary.js';

export interface Choice {
  readonly calls: readonly (readonly string[])[];
  /** What has to be the same on both sides. */
  judge(replies: readonly TypedReply[]): unknown;
}

export function randomChoice(dice: Dice): Choice {
  const word = (name: string): string => {
    const words: string[] = [];
    speak(name, dice, words);
    return words[0] as string;
  };
  // Not a large negative one: it asks for as many members, which redis-server would begin to write.
  const count = dice.oneIn(12)
    ? dice.oneOf(['x', '', '9223372036854775807', '-9223372036854775808'])
    : String(dice.between(-6, 9));
  const optionalCount = dice.oneIn(2) ? [count] : [];
  switch (dice.below(7)) {
    case 0: {
      const key = word('set');
      return removal(['SMEMBERS', key], ['SPOP', key, ...optionalCount], key);
    }
    case 1: {
      const key = word('set');
      return choice(['SMEMBERS', key], ['SRANDMEMBER', key, ...optionalCount], 1);
    }
    case 2: {
      const key = word('hash');
      const [argument, width] = dice.oneIn(2) ? [[count, 'WITHVALUES'], 2] : [optionalCount, 1];
      return choice(['HGETALL', key], ['HRANDFIELD', key, ...argument], width);
    }
    case 3: {
      const key = word('zset');
      const [argument, width] = dice.oneIn(2) ? [[count, 'WITHSCORES'], 2] : [optionalCount, 1];
      return choice(['ZRANGE', key, '0', '-1', 'WITHSCORES'], ['ZRANDMEMBER', key, ...argument], width);
    }
    case 4:
      return choice(['KEYS', '*'], ['RANDOMKEY'], 1);
    case 5:
      return generatedId(word('stream'));
    default:
      return expiry(word('any'));
  }
}

/** Members are all of those before, and as many as on the other side; a positive count gives none twice. */
function choice(all: readonly string[], call: readonly string[], width: number): Choice {
  const mayRepeat = Number(call[2]) < 0;
  return {
    calls: [all, call],
    judge([before, chosen]) {
      const isFlat =
        before?.type === '%' || width === 2 || call[0] === 'HRANDFIELD' || call[0] === 'ZRANDMEMBER';
      const held = groupsOf(before as TypedReply, isFlat ? 2 : 1);
      const known = new Set(held.map((group) => JSON.stringify(group.slice(0, width))));
      if (chosen?.type === '$') return ['one', known.has(JSON.stringify([chosen.value]))];
      if (!Array.isArray(chosen?.value)) return chosen;
      const groups = groupsOf(chosen, width).map((group) => JSON.stringify(group));
      return [
        groups.length,
        groups.every((group) => known.has(group)),
        mayRepeat || new Set(groups).size === groups.length,
      ];
    },
  };
}

function removal(all: readonly string[], call: readonly string[], key: string): Choice {
  return {
    calls: [all, call, ['SCARD', key], all, ['DEL', key]],
    judge([before, popped, card, after, deleted]) {
      const held = valuesOf(before as TypedReply);
      const gone = popped?.type === '$' ? [popped.value] : valuesOf(popped as TypedReply);
      const left = new Set(valuesOf(after as TypedReply));
      return [
        Array.isArray(popped?.value) || popped?.type === '$' ? [popped.type, gone.length] : popped,
        card,
        deleted,
        gone.every((member) => held.includes(member) && !left.has(member)),
        left.size + gone.length === held.length || popped?.type === '-',
      ];
    },
  };
}

/** XADD with an ID of its own, which is the time. */
function generatedId(key: string): Choice {
  return {
    calls: [
      ['XADD', key, '*', 'f', 'v'],
      ['XLEN', key],
      ['DEL', key],
    ],
    judge: ([id, ...others]) => [
      id?.type === '$' && /^(1\d{12}-\d+|18446744073709551615-\d+)$/.test(id.value) ? 'an ID' : id,
      ...others,
    ],
  };
}

/** A key that expires while both servers sleep. */
function expiry(key: string): Choice {
  return {
    calls: [
      ['PEXPIRE', key, '1'],
      ['DEBUG', 'SLEEP', '0.003'],
      ['EXISTS', key],
      ['TYPE', key],
      ['PTTL', key],
      ['OBJECT', 'ENCODING', key],
      ['SET', key, 'new', 'NX', 'GET'],
      ['DEL', key],
    ],
    judge: (replies) => replies,
  };
}

function groupsOf(reply: TypedReply, width: number): unknown[][] {
  const values = valuesOf(reply);
  const groups: unknown[][] = [];
  for (let index = 0; index < values.length; index += width) groups.push(values.slice(index, index + width));
  return groups;
}

/** Flat: pairs are arrays of their own with RESP3. */
function valuesOf(reply: TypedReply): unknown[] {
  if (!Array.isArray(reply.value)) return [];
  return (reply.value as readonly TypedReply[]).flatMap((item) =>
    Array.isArray(item.value) ? valuesOf(item) : [item.value],
  );
}
