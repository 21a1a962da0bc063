/** What a control server can be asked about faults, moves and messages that the client has handles of. */
import { ClientFault } from '../faults/client-fault.js';
import { Fault } from '../faults/fault.js';
import { Hold, type InFlightMessage } from '../faults/link-faults.js';
import { invalid } from '../faults/message-filter.js';
import { SlotMove } from '../moves/slot-move.js';
import { endOf, progressOf } from './handles.js';
import { acts, type Method, reads } from './method.js';

export const handleMethods: Readonly<Record<string, Method>> = {
  'fault.hits': reads(({ handles }, { handle }) => handles.get('hits', handle, Fault).hits),
  'fault.log': reads(({ handles }, { handle }) => handles.get('log', handle, Fault).log),
  'fault.isActive': reads(({ handles }, { handle }) => handles.get('isActive', handle, Fault).isActive),
  'fault.whenHit': reads(({ handles }, { handle, times, ...options }) =>
    handles.get('whenHit()', handle, Fault).whenHit(times, options),
  ),
  'fault.held': reads(({ handles }, { handle }) => {
    const fault = handles.get('held', handle, Fault);
    if (fault instanceof Hold || fault instanceof ClientFault)
      return handles.encodeMessages(fault.held, handle);
    return invalid('held', 'this fault holds nothing');
  }),
  // Not one of those who disturb: whoever lost the cluster may still end what is his own.
  dispose: reads(async ({ handles }, { handle }) => await endOf(handles.get('dispose()', handle, Object))),
  'message.deliver': acts(({ handles }, { number }) => {
    const message = handles.message('deliver()', number);
    if ('release' in message) message.release();
    else message.deliver();
  }),
  'message.drop': acts(({ handles }, { number }) =>
    (handles.message('drop()', number) as Partial<InFlightMessage>).drop?.(),
  ),
  'move.step': acts(async ({ handles }, { handle }) => {
    const move = handles.get('step()', handle, SlotMove);
    await move.step();
    return progressOf(move);
  }),
  'move.continue': acts(async ({ handles }, { handle }) => {
    const move = handles.get('continue()', handle, SlotMove);
    await move.continue();
    return progressOf(move);
  }),
  'move.continueTo': acts(async ({ handles }, { handle, point }) => {
    const move = handles.get('continueTo()', handle, SlotMove);
    await move.continueTo(point);
    return progressOf(move);
  }),
  'move.abort': acts(async ({ handles }, { handle }) => {
    const move = handles.get('abort()', handle, SlotMove);
    await move.abort();
    return progressOf(move);
  }),
};
