/** Pub/sub against a real redis-server, byte for byte, in RESP2 and RESP3. */
import { it } from 'vitest';
import { describeParity } from '../support/real-redis.js';
import { Transcript } from './transcript.js';

describeParity('pub/sub', () => {
  for (const s of ['sub', 'sub3']) {
    for (const cluster of [false, true]) {
      it(`delivers alike to ${s} (cluster mode: ${cluster})`, async () => {
        await using transcript = await Transcript.start({ cluster });
        await transcript.play(`
          ${s}: SUBSCRIBE news
          ${s}: SUBSCRIBE news other news
          ${s}: PSUBSCRIBE n*
          ${s}: PSUBSCRIBE n* [xo]ews
          other: SUBSCRIBE news
          pub: PUBLISH news hello
          pub: PUBLISH other ''
          pub: PUBLISH nobody hello
          pub: PUBLISH x y
          ${s}: SSUBSCRIBE {shard}a {shard}b
          pub: SPUBLISH {shard}a hello
          pub: SPUBLISH {shard}c hello
          pub: PUBLISH {shard}a hello
          pub: PUBSUB NUMPAT
          pub: PUBSUB NUMSUB news other none
          pub: PUBSUB NUMSUB
          pub: PUBSUB SHARDNUMSUB {shard}a {shard}x
          pub: PUBSUB CHANNELS ne*
          pub: PUBSUB CHANNELS x*
          pub: PUBSUB CHANNELS a b
          pub: PUBSUB SHARDCHANNELS *a
          pub: PUBSUB SHARDCHANNELS a b
          pub: PUBSUB HELP
          pub: PUBSUB NOTHING
          pub: PUBSUB NUMPAT x
          pub: PUBSUB
          ${s}: UNSUBSCRIBE news
          ${s}: UNSUBSCRIBE news nothing
          pub: PUBLISH news again
          ${s}: PING
          ${s}: PING text
          ${s}: UNSUBSCRIBE
          ${s}: UNSUBSCRIBE
          ${s}: PUNSUBSCRIBE [xo]ews
          ${s}: PUNSUBSCRIBE
          ${s}: PUNSUBSCRIBE
          ${s}: PUNSUBSCRIBE x y
          ${s}: SUNSUBSCRIBE {shard}b
          ${s}: PING
          ${s}: SUNSUBSCRIBE
          ${s}: SUNSUBSCRIBE
          ${s}: PING
          pub: PUBSUB CHANNELS
          pub: PUBLISH
          pub: PUBLISH a
          pub: SPUBLISH a
          pub: SUBSCRIBE
          pub: PSUBSCRIBE
          pub: SSUBSCRIBE
        `);
      });
    }

    it(`lets ${s} do alike what a subscriber may do`, async () => {
      await using transcript = await Transcript.start();
      await transcript.play(`
        ${s}: SUBSCRIBE a
        ${s}: GET x
        ${s}: GET
        ${s}: NOTHING
        ${s}: CLIENT LIST TYPE master
        ${s}: CLIENT
        ${s}: CLIENT NOTHING
        ${s}: MULTI
        ${s}: EXEC
        ${s}: PING a b
        ${s}: HELLO 2
        ${s}: HELLO 3
        ${s}: PSUBSCRIBE b
        ${s}: SUBSCRIBE
        ${s}: RESET
        ${s}: GET x
        pub: PUBLISH a b
        pub: PUBSUB NUMPAT
        ${s}: SSUBSCRIBE a
        ${s}: GET x
        ${s}: QUIT
        pub: PUBSUB SHARDNUMSUB a
      `);
    });

    it(`answers ${s} alike in a transaction`, async () => {
      await using transcript = await Transcript.start();
      await transcript.play(`
        ${s}: MULTI
        ${s}: SUBSCRIBE a b
        ${s}: PSUBSCRIBE a*
        ${s}: SSUBSCRIBE a
        ${s}: PUBLISH a hello
        ${s}: SET k v
        ${s}: UNSUBSCRIBE b
        ${s}: SUNSUBSCRIBE
        ${s}: PING
        ${s}: EXEC
        ${s}: GET k
        pub: PUBLISH a hello
        ${s}: MULTI | PING | EXEC
        ${s}: UNSUBSCRIBE | PUNSUBSCRIBE
        ${s}: MULTI | SUBSCRIBE a | NOTHING | EXEC
        pub: MULTI | PUBLISH a x | PUBLISH b y | EXEC
      `);
    });

    it(`silences ${s} alike`, async () => {
      await using transcript = await Transcript.start();
      await transcript.play(`
        ${s}: CLIENT REPLY OFF | SUBSCRIBE a
        pub: PUBLISH a 1
        ${s}: PING
        ${s}: UNSUBSCRIBE
        ${s}: CLIENT REPLY SKIP | SUBSCRIBE a
        pub: PUBLISH a 2
        ${s}: CLIENT REPLY ON
        ${s}: UNSUBSCRIBE
        ${s}: CLIENT REPLY ON
        ${s}: CLIENT REPLY SKIP | SUBSCRIBE b | PING
        pub: PUBLISH b 2
      `);
    });
  }

  it('puts own messages alike beside the reply', async () => {
    await using transcript = await Transcript.start();
    await transcript.play(`
      a3: SUBSCRIBE a
      a3: PSUBSCRIBE a*
      b3: SUBSCRIBE a
      a3: PUBLISH a hello
      a3: PUBLISH a 1 | PING | PUBLISH a 2
      a3: MULTI
      a3: PUBLISH a in
      a3: PUBLISH b none
      a3: SSUBSCRIBE s
      a3: SPUBLISH s none
      a3: PING
      a3: EXEC
      a3: SSUBSCRIBE s
      a3: SPUBLISH s self
      a3: CLIENT REPLY OFF | PUBLISH a 3
      a3: CLIENT REPLY ON
    `);
  });

  it('counts subscribers alike', async () => {
    await using transcript = await Transcript.start();
    await transcript.play(`
      a: SUBSCRIBE a b
      b3: PSUBSCRIBE x
      b3: SSUBSCRIBE s
      c: PING
      m: MONITOR
    `);
    await transcript.list('c', ['flags', 'sub', 'psub', 'ssub', 'resp']);
    await transcript.fields('c', 'stats', ['pubsub_channels', 'pubsub_patterns', 'pubsubshard_channels']);
    await transcript.play(`
      b3: PUNSUBSCRIBE
      b3: SUNSUBSCRIBE
    `);
    await transcript.list('c', ['flags', 'sub', 'psub', 'ssub', 'resp']);
    await transcript.play(`
      b3: SSUBSCRIBE s
      c: CLIENT KILL TYPE pubsub
      c: PUBSUB CHANNELS
      c: PUBSUB NUMPAT
      d: SUBSCRIBE z
      d: close
      c: PUBLISH z x
    `);
  });

  it('refuses sharded channels alike in a cluster', async () => {
    await using transcript = await Transcript.start({ cluster: true });
    await transcript.play(`
      a3: SSUBSCRIBE a b
      a3: SUNSUBSCRIBE a b
      a3: SSUBSCRIBE {x}a {x}b {x}a
      a3: SSUBSCRIBE other
      a3: CLUSTER DELSLOTS 16287
      a3: SPUBLISH {x}a m
      a3: SSUBSCRIBE {x}a
      a3: SUNSUBSCRIBE {x}a
      a3: CLUSTER ADDSLOTS 16287
      a3: MULTI | SSUBSCRIBE {x}a | EXEC
      a3: MULTI | SPUBLISH {x}a m | SPUBLISH other m | EXEC
      a3: PUBSUB SHARDCHANNELS
      b: SSUBSCRIBE {x}z {x}y
      c: CLUSTER DELSLOTS 16287
      b: PING
      b: GET {x}
    `);
  });

  it('follows cluster-allow-pubsubshard-when-down alike', async () => {
    for (const allowed of ['yes', 'no']) {
      await using transcript = await Transcript.start({
        cluster: true,
        config: { 'cluster-allow-pubsubshard-when-down': allowed },
      });
      await transcript.play(`
        a3: SSUBSCRIBE x
        b: CLUSTER DELSLOTS 1
        b: SPUBLISH x m
        b: SSUBSCRIBE x
        b: SPUBLISH x m
        b: PUBLISH x m
      `);
    }
  });
});
