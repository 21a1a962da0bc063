/** Which releases know what came when. */
import type { RedisVersion } from './command.js';

/** @param release the first one that has it, such as `6.2.0`. */
export function isInRelease(release: string, version: RedisVersion): boolean {
  const [major = 0, minor = 0] = release.split('.').map(Number);
  const [versionMajor = 0, versionMinor = 0] = version.split('.').map(Number);
  return major < versionMajor || (major === versionMajor && minor <= versionMinor);
}
