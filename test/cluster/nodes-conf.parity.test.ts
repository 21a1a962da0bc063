/** nodes.conf as a real redis-server reads it: what one refuses the other has to refuse, and what we write Redis has to read. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CorruptNodesConfError, readNodesConf, writeNodesConf } from '../../src/cluster/nodes-conf.js';
import { describeParity, type RealRedis, startRealRedis } from '../support/real-redis.js';
import { FakeHost } from './fake-host.js';

const A = 'a'.repeat(40);
const B = 'b'.repeat(40);
const S = '5'.repeat(40);
const MYSELF = `${A} 127.0.0.1:1@2 myself,master - 0 0 1 connected 0-5`;
/** What Redis 7.0 leaves out. */
const AUX = `,,tls-port=0,shard-id=${S}`;
const OTHER = `${B} 127.0.0.1:1@2 master - 0 0 2 connected`;
const NEWER = [
  `${OTHER.replace('@2', '@2,,bogus=1')}`,
  `${OTHER.replace('@2', '@2,,nodename=a@b')}`,
  `${OTHER.replace('@2', '@2,,tls-port=65536')}`,
  `${OTHER.replace('@2', `@2,,shard-id=${B}`).replace('master -', `slave ${A}`)}`,
  `${OTHER.replace('@2', '@2,')} 7 8-9`,
  `${OTHER.replace('@2', `@2,,shard-id=${S}`).replace('master -', `slave ${A}`)}`,
];
const LINES = [
  `${OTHER} 7 9-8 10-20 5`,
  `${OTHER} 16384`,
  `${OTHER} [5->-${A}] [6-<-${B}]`,
  `${OTHER} [5->-${A.slice(1)}]`,
  `${OTHER} 4294967303`,
  `"${B}" 127.0.0.1 master - 0 0 2 connected`,
  `${OTHER.replace('127.0.0.1:1@2', ':0@0')} [16384->-${A}]`,
  `${OTHER.replace('connected', '')}`,
  `${OTHER.toUpperCase()}`,
  `'${B}' 127.0.0.1:1 NOADDR,fail? - 1 1 99 x`,
  `vars currentEpoch 7x lastVoteEpoch -1 bogus 2`,
  'vars currentEpoch',
];

describeParity('nodes.conf', () => {
  const directory = mkdtempSync(join(tmpdir(), 'nodes-conf-'));
  let version = '';

  beforeAll(async () => {
    const redis = await startRealRedis();
    version = redis.version;
    await redis.stop();
  });

  afterAll(() => {
    rmSync(directory, { recursive: true, force: true });
  });

  const start = (text: string): Promise<RealRedis> => {
    const path = join(directory, 'nodes.conf');
    writeFileSync(path, text);
    return startRealRedis({ args: ['--cluster-enabled', 'yes', '--cluster-config-file', path] });
  };

  async function nodesOfRedis(text: string): Promise<string> {
    let redis: RealRedis;
    try {
      redis = await start(text);
    } catch (error) {
      return String(
        /Unrecoverable error: corrupted cluster config file[\s\S]*?\.\n/.exec(String(error))?.[0] ?? error,
      );
    }
    const nodes = String(await redis.command('CLUSTER', 'NODES'));
    const epoch = /cluster_current_epoch:\d+/.exec(String(await redis.command('CLUSTER', 'INFO')))?.[0];
    await redis.stop();
    return `${comparable(nodes)}${epoch}`;
  }

  function nodesOfOurs(text: string): string {
    try {
      const state = readNodesConf(text, new FakeHost());
      return `${comparable(writeNodesConf(state, '7.0'))}cluster_current_epoch:${state.currentEpoch}`;
    } catch (error) {
      if (!(error instanceof CorruptNodesConfError)) throw error;
      const is72 = !version.startsWith('7.0');
      return `${is72 ? error.message : 'Unrecoverable error: corrupted cluster config file.'}\n`;
    }
  }

  it.each(LINES)('reads %s', async (line) => {
    const text = `${MYSELF}\n${line}\nvars currentEpoch 3 lastVoteEpoch 0\n`;
    expect(nodesOfOurs(text)).toBe(await nodesOfRedis(text));
  });

  it.each(NEWER)('reads %s, in Redis 7.2', async (line) => {
    if (version.startsWith('7.0')) return;
    const text = `${MYSELF.replace('@2', `@2${AUX}`)}\n${line}\n`;
    expect(nodesOfOurs(text)).toBe(await nodesOfRedis(text));
  });
});

/** Lines in order of ids without what the start changes: own addresses, link states, times. */
function comparable(nodes: string): string {
  return nodes
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('vars'))
    .map((line) => {
      const [id, address = '', flags = '', master, , , epoch, , ...slots] = line.split(' ');
      const shownAddress = flags.includes('myself') ? '' : address;
      return `${[id, shownAddress, flags, master, epoch, ...slots].join(' ')}\n`;
    })
    .sort()
    .join('');
}
