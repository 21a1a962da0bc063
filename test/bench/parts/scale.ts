/** How fast virtual time passes with many nodes, and how long many nodes take to start. */
import { ChildTimeoutError, runChild } from '../child-process.js';
import type { Scale } from '../children/scale.js';
import { msWithCpu, type Row, thousands } from '../report.js';
import type { Settings } from '../settings.js';

interface Size {
  readonly masters: number;
  readonly replicas: number;
  /** Virtual seconds of a measured round. */
  readonly seconds: number;
  /** Virtual seconds per second of wall time, at least. */
  readonly aimSpeed: number | null;
  readonly aimStartMs: number | null;
  readonly aimRssMb: number | null;
}

const SIZES: readonly Size[] = [
  { masters: 3, replicas: 1, seconds: 300, aimSpeed: 500, aimStartMs: null, aimRssMb: null },
  { masters: 15, replicas: 1, seconds: 60, aimSpeed: null, aimStartMs: null, aimRssMb: null },
  { masters: 50, replicas: 1, seconds: 20, aimSpeed: 20, aimStartMs: null, aimRssMb: null },
];
const LARGE_SIZES: readonly Size[] = [
  { masters: 150, replicas: 1, seconds: 5, aimSpeed: null, aimStartMs: null, aimRssMb: null },
  { masters: 500, replicas: 1, seconds: 2, aimSpeed: 1, aimStartMs: 10_000, aimRssMb: 1000 },
];
/** A size that takes longer is given up. */
const LIMIT_MS = 300_000;

export async function benchScale(settings: Settings): Promise<Row[]> {
  const rows: Row[] = [];
  for (const size of settings.large ? [...SIZES, ...LARGE_SIZES] : SIZES) {
    rows.push(...(await benchSize(size).catch((error: unknown) => givenUp(size, error))));
  }
  return rows;
}

function givenUp({ masters, replicas, aimStartMs }: Size, error: unknown): Row[] {
  if (!(error instanceof ChildTimeoutError)) throw error;
  return [
    {
      what: `${masters * (1 + replicas)} nodes: start, first in a process`,
      ours: `> ${LIMIT_MS / 1000} s`,
      ...(aimStartMs === null ? {} : { aim: `<= ${aimStartMs / 1000} s`, isMet: false }),
    },
  ];
}

async function benchSize({
  masters,
  replicas,
  seconds,
  aimSpeed,
  aimStartMs,
  aimRssMb,
}: Size): Promise<Row[]> {
  const { start, speedByCpu, speedByWall, rssBytes } = await runChild<Scale>(
    'scale',
    [masters, replicas, seconds],
    { timeoutMs: LIMIT_MS },
  );
  const nodes = masters * (1 + replicas);
  const rows: Row[] = [
    {
      what: `${nodes} nodes: virtual seconds in a second`,
      ours: `${thousands(speedByWall)} (cpu ${thousands(speedByCpu)})`,
      real: '1',
      ...(aimSpeed === null ? {} : { aim: `>= ${aimSpeed}`, isMet: speedByWall >= aimSpeed }),
    },
  ];
  if (nodes < 100) return rows;
  const rssMb = rssBytes / 1e6;
  return [
    {
      what: `${nodes} nodes: start, first in a process`,
      ours: msWithCpu(start),
      ...(aimStartMs === null ? {} : { aim: `<= ${aimStartMs / 1000} s`, isMet: start.wallMs <= aimStartMs }),
    },
    ...rows,
    {
      what: `${nodes} nodes: memory of the process (RSS)`,
      ours: `${thousands(rssMb)} MB`,
      ...(aimRssMb === null ? {} : { aim: `<= ${thousands(aimRssMb)} MB`, isMet: rssMb <= aimRssMb }),
    },
  ];
}
