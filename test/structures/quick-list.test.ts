import { describe, expect, it } from 'vitest';
import { encodeListpack } from '../../src/rdb/listpack.js';
import { Deque } from '../../src/structures/deque.js';
import { LISTPACK_FRAME_BYTES, listpackEntryBytes } from '../../src/structures/listpack-size.js';
import { QuickList } from '../../src/structures/quick-list.js';
import { Random } from '../../src/time/random.js';

describe('Deque', () => {
  it('does what an array does', () => {
    const random = new Random(1);
    const deque = new Deque<number>();
    const model: number[] = [];
    for (let step = 0; step < 20_000; step++) {
      const index = model.length === 0 ? 0 : random.below(model.length);
      switch (random.below(model.length > 60 ? 7 : 6)) {
        case 0:
          deque.pushHead(step);
          model.unshift(step);
          break;
        case 1:
          deque.pushTail(step);
          model.push(step);
          break;
        case 2:
          deque.insert(index, step);
          model.splice(index, 0, step);
          break;
        case 3:
          if (model.length > 0) expect(deque.popHead()).toBe(model.shift());
          break;
        case 4:
          if (model.length > 0) expect(deque.popTail()).toBe(model.pop());
          break;
        default: {
          const count = random.below(Math.min(8, model.length - index + 1));
          deque.removeRange(index, count);
          model.splice(index, count);
        }
      }
      if (step % 50 === 0) expect(deque.toArray()).toEqual(model);
    }
  });
});

describe('QuickList', () => {
  for (const fill of [null, -2, -1, 0, 1, 3, 100]) {
    it(`does what an array does, filled to ${fill}`, () => {
      const random = new Random(fill ?? 9);
      const list = new QuickList({ fill, mergeSaving: 7 });
      let model: string[] = [];
      const element = (): string =>
        random.below(9) === 0 ? 'x'.repeat(random.below(3000)) : String(random.below(30));
      for (let step = 0; step < 4000; step++) {
        const value = element();
        const index = model.length === 0 ? 0 : random.below(model.length);
        switch (random.below(model.length > 200 ? 10 : 7)) {
          case 0:
            list.pushHead(value);
            model.unshift(value);
            break;
          case 1:
          case 2:
            list.pushTail(value);
            model.push(value);
            break;
          case 3: {
            const pivot = element();
            const at = model.indexOf(pivot);
            const after = random.below(2) === 0;
            expect(list.insertBeside(pivot, value, after)).toBe(at >= 0);
            if (at >= 0) model.splice(after ? at + 1 : at, 0, value);
            break;
          }
          case 4:
            if (model.length > 0) expect(list.popHead()).toBe(model.shift());
            break;
          case 5:
            if (model.length > 0) expect(list.popTail()).toBe(model.pop());
            break;
          case 6:
            if (model.length === 0) break;
            list.set(index, value);
            model[index] = value;
            break;
          case 7: {
            const count = random.below(Math.min(40, model.length - index + 1));
            list.removeRange(index, count);
            model.splice(index, count);
            break;
          }
          default: {
            const limit = 1 + random.below(3);
            const fromTail = random.below(2) === 0;
            let left = limit;
            const source = fromTail ? model.toReversed() : model;
            const kept = source.filter((item) => item !== value || left-- <= 0);
            expect(list.remove(value, limit, fromTail)).toBe(model.length - kept.length);
            model = fromTail ? kept.reverse() : kept;
          }
        }
        if (step % 40 !== 0) continue;
        expect(list.slice(0, list.size)).toEqual(model);
        if (model.length > 0) expect(list.at(index % model.length)).toBe(model[index % model.length]);
        for (let node = 0; node < list.nodeCount; node++) {
          const elements = list.node(node).toArray();
          expect(elements.length).toBeGreaterThan(0);
          expect(list.node(node).bytes).toBe(encodeListpack(elements).length);
        }
      }
    });
  }

  it('takes and gives at both ends of a long list without walking it', () => {
    const list = new QuickList({ fill: -2, mergeSaving: 7 });
    for (let index = 0; index < 300_000; index++) list.pushTail('element');
    for (let index = 0; index < 300_000; index++) {
      list.pushHead(list.popTail());
      list.pushTail(list.popHead());
    }
    expect(list.size).toBe(300_000);
  });
});

describe('listpackEntryBytes', () => {
  it('says how long an entry of a listpack gets', () => {
    const edges = [127, 128, 4095, 4096, 32767, 32768, 8388607, 8388608, 2147483647, 2147483648];
    const texts = edges.flatMap((edge) => [
      String(edge),
      String(-edge),
      String(-edge - 1),
      `0${edge}`,
      `+${edge}`,
    ]);
    const lengths = [0, 1, 19, 20, 21, 62, 63, 64, 125, 126, 127, 4095, 4096, 16376, 16378, 16384, 70_000];
    const others = [
      '-',
      '-0',
      '0',
      '00',
      '9223372036854775807',
      '9223372036854775808',
      '-9223372036854775808',
    ];
    const more = ['-9223372036854775809', '99999999999999999999', '1e5', ' 1', '1 ', '12345678901234567'];
    for (const text of [...texts, ...others, ...more, ...lengths.map((length) => 'x'.repeat(length))]) {
      expect(listpackEntryBytes(text), text.slice(0, 30)).toBe(
        encodeListpack([text]).length - LISTPACK_FRAME_BYTES,
      );
    }
  });
});
