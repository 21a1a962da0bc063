/** In a fresh process: the import of the package, the first startCluster(3, 1), its stop, and then warm ones. */
import { type Cost, costOf } from '../measure.js';

export interface FreshStart {
  readonly import: Cost;
  readonly firstStart: Cost;
  readonly warmStarts: readonly Cost[];
  readonly stops: readonly Cost[];
}

/** @param args [number of warm starts] */
export async function freshStart([warmCount = '0']: readonly string[]): Promise<FreshStart> {
  let api: typeof import('../../../src/index.js') | undefined;
  const imported = await costOf(async () => {
    api = await import('../../../src/index.js');
  });
  if (api === undefined) throw new Error('the package was not imported');
  const { startCluster } = api;

  const starts: Cost[] = [];
  const stops: Cost[] = [];
  for (let run = 0; run <= Number(warmCount); run++) {
    let stop: () => Promise<void> = () => Promise.resolve();
    starts.push(
      await costOf(async () => {
        const cluster = await startCluster(3, 1);
        stop = () => cluster.stop();
      }),
    );
    stops.push(await costOf(() => stop()));
  }
  return { import: imported, firstStart: starts[0] as Cost, warmStarts: starts.slice(1), stops };
}
