/** MONITOR against a real redis-server: what is shown, of whom, and how. */
import { it } from 'vitest';
import { describeParity } from '../support/real-redis.js';
import { Transcript } from './transcript.js';

describeParity('MONITOR', () => {
  it('shows commands alike', async () => {
    await using transcript = await Transcript.start();
    await transcript.play(`
      m: MONITOR
      n3: MONITOR
      c: PING
      c: SET key value
      c: set "quoted" back\\slash
      c: SET '' \u0001\u0007\u0008\t\u007f\u00e9
      c: GET
      c: NOTHING x
      c: SELECT 3
      c: GET key
      c: CONFIG GET maxmemory
      c: CLIENT GETNAME
      c: CLIENT LIST TYPE master
      c: AUTH secret
      c: AUTH user secret
      c: AUTH a b c
      c: HELLO 3 AUTH default x SETNAME me
      c: HELLO 2 SETNAME me AUTH default x
      c: HELLO 2 SETNAME auth AUTH
      c: SUBSCRIBE a
      c: UNSUBSCRIBE
      c: COMMAND INFO nothing
      c: RESET
      d: QUIT
    `);
  });

  it('shows transactions alike', async () => {
    await using transcript = await Transcript.start();
    await transcript.play(`
      m: MONITOR
      c: MULTI
      c: SET a 1
      c: GET a
      c: EXEC
      c: MULTI | SET a 1 | DISCARD
      c: MULTI | NOTHING | EXEC
      c: MULTI | SET a 1 | EXEC x
      c: EXEC
      c: WATCH a | SET a 2 | MULTI | GET a | EXEC
      c: MULTI | MONITOR | EXEC
      c: PING
    `);
  });

  it('treats the connection alike', async () => {
    await using transcript = await Transcript.start();
    await transcript.play(`
      m: MONITOR | MONITOR | PING
      m: GET a
      m: SET a 1
      m: PUBLISH a b
      m: SELECT 2
      m: MULTI | PING | ECHO x | EXEC
      m: SUBSCRIBE a
      c: PUBLISH a x
      m: UNSUBSCRIBE
      c: CLIENT KILL TYPE replica
      c: CLIENT KILL TYPE pubsub
      m: CLIENT REPLY OFF | PING
      c: PING
      m: CLIENT REPLY ON
      c: PING
      m: RESET
      c: PING
      m: PING
    `);
  });
});
