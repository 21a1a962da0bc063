/** Whether a client is on the same machine: for what the value `local` of an enable- directive allows (connIsLocal). */
import type { Session } from '../session.js';

export function isLocalSession({ address }: Session): boolean {
  return (
    address.startsWith('127.') ||
    address.startsWith('[::1]') ||
    address.startsWith('::1') ||
    address.startsWith('/')
  );
}
