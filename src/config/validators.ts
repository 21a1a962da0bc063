// Checks of single directives beyond their type. Each gives the reason of a refusal as Redis words it, or null.
import type { ByteString } from '../resp/byte-string.js';

const HOSTNAME_LIMIT = 256;

export function validateHostname(hostname: ByteString): string | null {
  if (hostname.length >= HOSTNAME_LIMIT) return `Hostnames must be less than ${HOSTNAME_LIMIT} characters`;
  return /^[A-Za-z0-9.-]*$/.test(hostname)
    ? null
    : 'Hostnames may only contain alphanumeric characters, hyphens or dots';
}

/** What separates fields in nodes.conf must not be in a name that is written there. */
export function validateNodename(nodename: ByteString): string | null {
  return /[!#$%&()*+:;<>?@[\]^{|}~]/.test(nodename)
    ? 'Announced human node name contained invalid character'
    : null;
}

export function validateDbFile(name: ByteString): string | null {
  return isBaseName(name) ? null : "dbfilename can't be a path, just a filename";
}

export function validateAofFile(name: ByteString): string | null {
  if (name === '') return "appendfilename can't be empty";
  return isBaseName(name) ? null : "appendfilename can't be a path, just a filename";
}

export function validateAofDirectory(name: ByteString): string | null {
  if (name === '') return "appenddirname can't be empty";
  return isBaseName(name) ? null : "appenddirname can't be a path, just a dirname";
}

/** As a server without Redis's own jemalloc answers: there is nothing to defragment here. */
export function validateActiveDefrag(enabled: boolean): string | null {
  return enabled
    ? 'Active defragmentation cannot be enabled: it requires a Redis server compiled with a modified Jemalloc like the one shipped by default with the Redis source distribution'
    : null;
}

const KNOWN_LOCALES = ['', 'C', 'POSIX', 'C.UTF-8', 'C.utf8'];

/** Only what every system has: SORT compares bytes here. */
export function validateLocale(locale: ByteString): string | null {
  return KNOWN_LOCALES.includes(locale) ? null : 'Invalid locale name';
}

const TITLE_VARIABLES = [
  'title',
  'listen-addr',
  'server-mode',
  'port',
  'tls-port',
  'unixsocket',
  'config-file',
];
const MAY_BE_EMPTY = ['title', 'unixsocket', 'server-mode'];

export function validateProcTitleTemplate(template: ByteString): string | null {
  const refused = 'template format is invalid or contains unknown variables';
  let expanded = '';
  for (let rest = template; rest !== ''; ) {
    const start = rest.indexOf('{');
    if (start < 0) {
      expanded += rest;
      break;
    }
    expanded += rest.slice(0, start);
    if (rest[start + 1] === '{') {
      expanded += '{';
      rest = rest.slice(start + 2);
      continue;
    }
    const end = rest.indexOf('}', start);
    const variable = rest.slice(start + 1, end);
    if (end < 0 || !TITLE_VARIABLES.includes(variable)) return refused;
    if (!MAY_BE_EMPTY.includes(variable)) expanded += variable;
    rest = rest.slice(end + 1);
  }
  return expanded.replace(/^ +| +$/g, '') === '' ? refused : null;
}

function isBaseName(name: ByteString): boolean {
  return !/[/\\]/.test(name);
}
