/** How COMMAND DOCS describes a command, in our own words. https://redis.io/docs/latest/commands/command-docs/ */
import { MapReply, type Reply, SetReply } from '../../resp/reply.js';
import { argumentsOf } from '../arguments/index.js';
import type { ArgumentDoc } from '../arguments/notation.js';
import type { RedisVersion } from '../command.js';
import { isInRelease } from '../release.js';
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
  const described = argumentsOf(command.fullName, version);
  if (described.length > 0) docs.push('arguments', describeArguments(described, version));
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

/** As RESP maps, in the order in which Redis writes the fields (addReplyCommandArgList in server.c). */
function describeArguments(all: readonly ArgumentDoc[], version: RedisVersion): Reply[] {
  return all.map((each) => {
    const { name, type, displayText, keySpec, token, since, deprecatedSince, parts } = each;
    const fields: Reply[] = ['name', name, 'type', type];
    // Groups have none, and 7.0 did not know it.
    if (version !== '7.0' && parts.length === 0) fields.push('display_text', displayText);
    if (keySpec !== undefined) fields.push('key_spec_index', keySpec);
    if (token !== undefined) fields.push('token', token);
    if (since !== undefined) fields.push('since', since);
    if (deprecatedSince !== undefined) fields.push('deprecated_since', deprecatedSince);
    const flags = [
      ...(each.isOptional ? ['optional'] : []),
      ...(each.isMultiple ? ['multiple'] : []),
      ...(each.repeatsToken ? ['multiple_token'] : []),
    ];
    if (flags.length > 0) fields.push('flags', statusSet(flags));
    if (parts.length > 0) fields.push('arguments', describeArguments(parts, version));
    return new MapReply(fields);
  });
}
