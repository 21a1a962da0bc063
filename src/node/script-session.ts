/** The client that a script calls commands as (lua_client of eval.c): it has no connection and never waits. */
import type { Session } from '../commands/session.js';
import { ClientSession, type SessionOwner } from './client-session.js';

export function createScriptSession(owner: SessionOwner): ClientSession {
  return new ClientSession(owner, 0, 'script', null);
}

/** Makes it like the client that runs the script. */
export function prepareScriptSession(session: ClientSession, caller: Session): void {
  session.dbIndex = caller.dbIndex;
  session.user = caller.user;
  session.protocol = 2;
  session.noTouch = caller.noTouch;
  session.readonlyMode = caller.readonlyMode;
  session.asking = caller.asking;
}
