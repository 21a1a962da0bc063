// Directives of RDB files, the append only file, and where files are.
import { directiveTable } from '../directive.js';
import { directory, savePoints } from '../list-directives.js';
import { INT_MAX, INT_MIN, integer, LONG_MAX, memory } from '../number-directives.js';
import { choice, text, yesNo } from '../scalar-directives.js';
import { validateAofDirectory, validateAofFile, validateDbFile } from '../validators.js';

const MB = 1024 * 1024;

export const PERSISTENCE_DIRECTIVES = directiveTable({
  dir: directory('/data', { protected: true, denyLoading: true, volatile: true }),
  save: savePoints([
    { seconds: 3600, changes: 1 },
    { seconds: 300, changes: 100 },
    { seconds: 60, changes: 10000 },
  ]),
  dbfilename: text('dump.rdb', { protected: true, emptyIsValue: true, validate: validateDbFile }),
  rdbchecksum: yesNo(true, { immutable: true }),
  rdbcompression: yesNo(true),
  'rdb-del-sync-files': yesNo(false),
  'rdb-save-incremental-fsync': yesNo(true),
  'rdb-key-save-delay': integer(0, INT_MIN, INT_MAX, { hidden: true }),
  'key-load-delay': integer(0, INT_MIN, INT_MAX, { hidden: true }),
  'loading-process-events-interval-bytes': integer(2 * MB, 1024, INT_MAX, { hidden: true }),
  'stop-writes-on-bgsave-error': yesNo(true),

  appendonly: yesNo(false, { denyLoading: true }),
  appendfilename: text('appendonly.aof', { immutable: true, emptyIsValue: true, validate: validateAofFile }),
  appenddirname: text('appendonlydir', {
    immutable: true,
    emptyIsValue: true,
    validate: validateAofDirectory,
  }),
  appendfsync: choice(['everysec', 'always', 'no'], 'everysec'),
  'no-appendfsync-on-rewrite': yesNo(false),
  'auto-aof-rewrite-percentage': integer(100, 0, INT_MAX),
  'auto-aof-rewrite-min-size': memory(64 * MB, 0, LONG_MAX),
  'aof-load-truncated': yesNo(true),
  'aof-use-rdb-preamble': yesNo(true),
  'aof-timestamp-enabled': yesNo(false),
  'aof-rewrite-incremental-fsync': yesNo(true),
  'aof-disable-auto-gc': yesNo(false, { hidden: '7.2' }),
});
