/** What an idle node costs. */

import { runChild } from '../child-process.js';
import type { IdleHeap } from '../children/idle-heap.js';
import type { Row } from '../report.js';
import type { Settings } from '../settings.js';

const AIM_HEAP_KB = 250;

export async function benchMemory(_settings: Settings): Promise<Row[]> {
  const { heapBytes, bufferBytes } = await runChild<IdleHeap>('idle-heap', [], {
    nodeFlags: ['--expose-gc'],
  });
  const heapKb = heapBytes / 1000;
  return [
    {
      what: 'idle node in a cluster of six, heap (and buffers)',
      ours: `${heapKb.toFixed(0)} kB (${(bufferBytes / 1000).toFixed(0)} kB)`,
      real: '13,400 kB RSS',
      aim: `<= ${AIM_HEAP_KB} kB`,
      isMet: heapKb <= AIM_HEAP_KB,
    },
  ];
}
