/** Clients that wait for streams, and the keyspace events of streams, HyperLogLogs, bitmaps and SORT, byte for byte. */
import { it } from 'vitest';
import { describeParity } from '../support/real-redis.js';
import { Transcript } from './transcript.js';

describeParity('clients that wait for streams', () => {
  for (const [name, lines] of Object.entries(SCRIPTS)) {
    for (const cluster of [false, true]) {
      it(`${name} (${cluster ? 'in cluster mode' : 'standalone'})`, async () => {
        await using transcript = await Transcript.start({ cluster });
        await transcript.play(lines);
        await transcript.fields('end', 'clients', ['blocked_clients']);
      });
    }
  }
});

const SCRIPTS: Readonly<Record<string, string>> = {
  'XREAD is woken by XADD': `
    a: XREAD BLOCK 0 STREAMS s $
    b3: XREAD BLOCK 0 COUNT 1 STREAMS s 0
    w: XADD s 1-1 f v
    a: XREAD BLOCK 0 STREAMS s $
    b3: XREAD BLOCK 0 STREAMS s 1-1
    w: XADD s 2-1 f v
    w: XADD s 3-1 f v
    a: XREAD BLOCK 0 STREAMS s 1
    a: XREAD BLOCK 0 STREAMS s 10-0
    w: XADD s 4-1 f v
    w: XADD s 10-0 f v
    w: XADD s 10-1 f v
  `,
  'of several streams': `
    w: XADD {s}1 5-0 f v
    a: XREAD BLOCK 0 STREAMS {s}1 {s}2 $ $
    b3: XREAD BLOCK 0 STREAMS {s}2 {s}1 0 $
    w: XADD {s}2 1-0 f v
    a: XREAD BLOCK 0 STREAMS {s}1 {s}2 {s}3 5-0 1-0 0
    w: MULTI | XADD {s}3 1-1 f v | XADD {s}1 6-0 f v | XADD {s}3 1-2 f v | EXEC
  `,
  'a transaction and a script of commands': `
    a: XREAD BLOCK 0 STREAMS s $
    w: MULTI | XADD s 1-1 f v | XADD s 2-1 f v | EXEC
    a: XREAD BLOCK 0 STREAMS s $
    w: MULTI | XADD s 3-1 f v | DEL s | EXEC
    w: XADD s 1-1 f v
    w: XADD s 9-1 f v
    b: MULTI | XREAD BLOCK 0 STREAMS s $ | XREAD BLOCK 0 STREAMS none 0 | EXEC
  `,
  'other types and renames': `
    a: XREAD BLOCK 0 STREAMS s 0
    w: SET s text
    w: DEL s
    w: RPUSH s x
    w: DEL s
    w: XADD {s}2 1-1 f v
    w: RENAME {s}2 s
    a: XREAD BLOCK 0 STREAMS s $
    w: DEL s
    w: XADD s 1-1 f v
    w: XADD s 2-1 f v
  `,
  timeouts: `
    a: XREAD BLOCK 20 STREAMS s $ | a hears
    b3: XREAD BLOCK 20 STREAMS s $ | b3 hears
    w: XGROUP CREATE s g $ MKSTREAM
    a: XREADGROUP GROUP g c BLOCK 20 STREAMS s > | a hears
  `,
  'consumers are served one after the other': `
    w: XGROUP CREATE s g $ MKSTREAM
    a: XREADGROUP GROUP g alice COUNT 1 BLOCK 0 STREAMS s >
    b3: XREADGROUP GROUP g bob COUNT 1 BLOCK 0 STREAMS s >
    c: XREADGROUP GROUP g carol NOACK BLOCK 0 STREAMS s >
    w: XADD s 1-1 f v
    w: XADD s 2-1 f v
    w: XADD s 3-1 f v
    w: XPENDING s g - + 10 nobody
    w: XPENDING s g
    w: XINFO GROUPS s
    a: XREADGROUP GROUP g alice BLOCK 0 STREAMS s >
    b3: XREADGROUP GROUP g bob BLOCK 0 STREAMS s >
    w: MULTI | XADD s 4-1 f v | XADD s 5-1 f v | EXEC
    w: XADD s 6-1 f v
  `,
  'the group goes': `
    w: XGROUP CREATE s g $ MKSTREAM
    a: XREADGROUP GROUP g alice BLOCK 0 STREAMS s >
    w: XGROUP DESTROY s g
    w: XGROUP CREATE s g $
    a: XREADGROUP GROUP g alice BLOCK 0 STREAMS s >
    b: XREAD BLOCK 0 STREAMS s $
    w: DEL s
    w: XADD s 1-1 f v
    w: XGROUP CREATE s g $
    a: XREADGROUP GROUP g alice BLOCK 0 STREAMS s >
    w: SET s text
    w: DEL s
    w: XGROUP CREATE s g $ MKSTREAM
    a: XREADGROUP GROUP g alice BLOCK 0 STREAMS s >
    w: XDEL s 1-1
    w: MULTI | XADD s 1-1 f v | XGROUP DESTROY s g | EXEC
    w: XGROUP CREATE s g $
    a: XREADGROUP GROUP g alice BLOCK 0 STREAMS s >
    w: FLUSHALL
  `,
  'an entry that is gone before anybody is served': `
    w: XGROUP CREATE s g $ MKSTREAM
    a: XREAD BLOCK 0 STREAMS s $
    b: XREADGROUP GROUP g c BLOCK 0 STREAMS s >
    w: MULTI | XADD s 1-1 f v | XDEL s 1-1 | EXEC
    w: XADD s 2-1 f v
  `,
  'unblocked by hand': `
    a: XREAD BLOCK 0 STREAMS s $
    w: CLIENT UNBLOCK <id:a> TIMEOUT
    a: XREAD BLOCK 0 STREAMS s $
    w: CLIENT UNBLOCK <id:a> ERROR
    w: XADD s 1-1 f v
  `,
};

/** Each with what it needs before. */
const WRITES = `
  XADD x 1-1 f v
  XADD x 2-1 f v
  XADD x MAXLEN 1 3-1 f v
  XADD x MAXLEN 10 4-1 f v
  XADD x NOMKSTREAM 5-1 f v
  XADD x 1-1 f v
  XTRIM x MAXLEN 2
  XTRIM x MAXLEN 2
  XTRIM x MAXLEN ~ 0
  XADD x 6-1 f v
  XADD x 7-1 f v
  XGROUP CREATE x g 0
  XGROUP CREATE y g 0 MKSTREAM
  XGROUP CREATE x g 0
  XREADGROUP GROUP g alice COUNT 1 STREAMS x >
  XREADGROUP GROUP g bob STREAMS x 0
  XREADGROUP GROUP g carol NOACK STREAMS x >
  XREADGROUP GROUP g dave STREAMS x >
  XACK x g 6-1
  XCLAIM x g eve 0 6-1
  XCLAIM x g eve 0 6-1 FORCE
  XAUTOCLAIM x g fred 0 0
  XGROUP SETID x g 0
  XGROUP CREATECONSUMER x g c
  XGROUP CREATECONSUMER x g c
  XGROUP DELCONSUMER x g c
  XGROUP DELCONSUMER x g c
  XGROUP DESTROY x g
  XDEL x 6-1
  XDEL x 6-1
  XDEL x 7-1
  XSETID x 9-9
  COPY x z
  RENAME z w
  SETBIT b 1 1
  SETBIT b 1 1
  BITFIELD b SET u8 0 9
  BITFIELD b SET u8 0 9
  BITFIELD b GET u8 0
  BITFIELD grown OVERFLOW FAIL SET u8 0 999
  BITOP NOT c b
  BITOP AND c none
  BITOP AND c none
  PFADD h a
  PFADD h a
  PFADD h
  PFCOUNT h
  PFCOUNT h
  PFMERGE i h
  PFDEBUG TODENSE h
  RPUSH l 3 1 2
  SORT l STORE m
  SORT none STORE m
  SORT none STORE m
  SORT l
  RESTORE r 0 nothing
  FLUSHALL
`;

describeParity('keyspace events of streams and others', () => {
  for (const classes of ['KEA', 'EAmn']) {
    it(`come alike for every write (${classes})`, async () => {
      await using transcript = await Transcript.start({ config: { 'notify-keyspace-events': classes } });
      await transcript.play('listener3: PSUBSCRIBE __key*__:*');
      await transcript.play(
        WRITES.trim()
          .split('\n')
          .map((line) => `writer: ${line.trim()}`)
          .join('\n'),
      );
    });
  }

  it('watched keys and cached keys notice alike', async () => {
    await using transcript = await Transcript.start();
    await transcript.play(`
      tracker3: CLIENT TRACKING ON
      w: XADD s 1-1 f v
      w: XGROUP CREATE s g 0
      w: PFADD h a
    `);
    const changes = [
      ...['XADD s 2-1 f v', 'XGROUP SETID s g 0', 'XREADGROUP GROUP g c STREAMS s >', 'XACK s g 1-1'],
      ...['XCLAIM s g d 0 2-1', 'XGROUP CREATE s other $', 'XSETID s 5-5', 'XTRIM s MAXLEN 1', 'XDEL s 2-1'],
      ...['XGROUP DESTROY s g', 'PFCOUNT h', 'PFCOUNT h', 'PFDEBUG TODENSE h', 'PFADD h z', 'PFMERGE h'],
    ];
    for (const change of changes) {
      await transcript.play(`
        tracker3: XLEN s
        tracker3: STRLEN h
        a: WATCH s h
        w: ${change}
        a: MULTI | PING | EXEC
      `);
    }
  });
});
