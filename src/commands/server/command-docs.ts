/** How COMMAND DOCS describes a command, in our own words. https://redis.io/docs/latest/commands/command-docs/ */
import { MapReply, type Reply, SetReply } from '../../resp/reply.js';
import type { RedisVersion } from '../command.js';
import type { ResolvedCommand } from '../table.js';
import { statusSet } from './command-info.js';

export function documentCommand(command: ResolvedCommand, version: RedisVersion): Reply {
  const { summary, since, group, complexity, deprecated, history, isSystemCommand } = command.declaration;
  const docs: Reply[] = ['summary', summary, 'since', since, 'group', group];
  if (complexity !== undefined) docs.push('complexity', complexity);
  // What came later than the release is not known to it.
  const isDeprecated = deprecated !== undefined && isInRelease(deprecated.since, version);
  const docFlags = [...(isDeprecated ? ['deprecated'] : []), ...(isSystemCommand ? ['syscmd'] : [])];
  if (docFlags.length > 0) docs.push('doc_flags', statusSet(docFlags));
  if (isDeprecated) docs.push('deprecated_since', deprecated.since, 'replaced_by', deprecated.replacedBy);
  const changes = (history ?? []).filter(([release]) => isInRelease(release, version));
  if (changes.length > 0)
    docs.push('history', new SetReply(changes.map(([release, change]) => [release, change])));
  if (command.subcommands.size > 0) {
    docs.push(
      'subcommands',
      MapReply.of(
        [...command.subcommands.values()].map((each): [Reply, Reply] => [
          each.fullName,
          documentCommand(each, version),
        ]),
      ),
    );
  }
  return new MapReply(docs);
}

function isInRelease(release: string, version: RedisVersion): boolean {
  const [major = 0, minor = 0] = release.split('.').map(Number);
  const [versionMajor = 0, versionMinor = 0] = version.split('.').map(Number);
  return major < versionMajor || (major === versionMajor && minor <= versionMinor);
}
