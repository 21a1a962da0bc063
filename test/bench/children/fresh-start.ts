/** In a fresh process: the import of the package, the first startCluster(3, 1), its stop, and then warm ones. */
import { pathToFileURL } from 'node:url';
import { type Cost, costOf } from '../measure.js';

export interface FreshStart {
  readonly import: Cost;
  readonly firstStart: Cost;
  readonly warmStarts: readonly Cost[];
  readonly stops: readonly Cost[];
}

type Api = typeof import('../../../src/index.js');

/** @param args [number of warm starts, path of the built package (none = the modules of this build)] */
export async function freshStart([warmCount = '0', path]: readonly string[]): Promise<FreshStart> {
  let api: Api | undefined;
  const imported = await costOf(async () => {
    api =
      path === undefined
        ? await import('../../../src/index.js')
        : ((await import(pathToFileURL(path).href)) as Api);
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
