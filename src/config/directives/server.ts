// Directives of the process, its log, security, latency tracking and shutdown.
import { directiveTable } from '../directive.js';
import { keyspaceEvents, oomScoreValues, percentiles } from '../list-directives.js';
import { INT_MAX, integer, LONG_MAX } from '../number-directives.js';
import { choice, choices, text, yesNo } from '../scalar-directives.js';
import { validateActiveDefrag, validateLocale, validateProcTitleTemplate } from '../validators.js';

const PROTECTED_ACTION = ['no', 'yes', 'local'] as const;
const SHUTDOWN_OPTIONS = ['default', 'save', 'nosave', 'now', 'force'] as const;
const SHUTDOWN_CONFLICT = [
  'save',
  'nosave',
  "shutdown options SAVE and NOSAVE can't be used simultaneously",
] as const;

const HZ_MIN = 1n;
const HZ_MAX = 500n;

export const SERVER_DIRECTIVES = directiveTable({
  daemonize: yesNo(false, { immutable: true }),
  supervised: choice(['upstart', 'systemd', 'auto', 'no'], 'no', { immutable: true }),
  pidfile: text('', { immutable: true }),
  loglevel: choice(['debug', 'verbose', 'notice', 'warning', 'nothing'], 'notice', { since72: ['nothing'] }),
  logfile: text('', { immutable: true, emptyIsValue: true }),
  'syslog-enabled': yesNo(false, { immutable: true }),
  'syslog-ident': text('redis', { immutable: true, emptyIsValue: true }),
  'syslog-facility': choice(
    ['user', 'local0', 'local1', 'local2', 'local3', 'local4', 'local5', 'local6', 'local7'],
    'local0',
    { immutable: true },
  ),
  'crash-log-enabled': yesNo(true),
  'crash-memcheck-enabled': yesNo(true),
  'use-exit-on-panic': yesNo(false, { hidden: true }),
  'always-show-logo': yesNo(false, { immutable: true }),
  'set-proc-title': yesNo(true, { immutable: true }),
  'proc-title-template': text('{title} {listen-addr} {server-mode}', {
    emptyIsValue: true,
    validate: validateProcTitleTemplate,
  }),
  'ignore-warnings': text('', { emptyIsValue: true }),
  'locale-collate': text('', { emptyIsValue: true, since: '7.2', validate: validateLocale }),
  databases: integer(16, 1, INT_MAX, { immutable: true }),
  hz: integer(10, 0, INT_MAX, { clamp: (hz) => (hz < HZ_MIN ? HZ_MIN : hz > HZ_MAX ? HZ_MAX : hz) }),
  'dynamic-hz': yesNo(true),
  'watchdog-period': integer(0, 0, INT_MAX, { hidden: true }),
  activerehashing: yesNo(true),
  'disable-thp': yesNo(true, { immutable: true }),
  'jemalloc-bg-thread': yesNo(true),
  server_cpulist: text('', { immutable: true }),
  bio_cpulist: text('', { immutable: true }),
  aof_rewrite_cpulist: text('', { immutable: true }),
  bgsave_cpulist: text('', { immutable: true }),
  'oom-score-adj': choice(['no', 'yes', 'absolute'], 'no', { synonyms: { relative: 'yes' } }),
  'oom-score-adj-values': oomScoreValues([0, 200, 800]),

  aclfile: text('', { immutable: true, emptyIsValue: true }),
  requirepass: text('', { sensitive: true, binary: true }),
  'acl-pubsub-default': choice(['allchannels', 'resetchannels'], 'resetchannels'),
  'acllog-max-len': integer(128, 0, LONG_MAX),
  'enable-protected-configs': choice(PROTECTED_ACTION, 'no', { immutable: true }),
  'enable-debug-command': choice(PROTECTED_ACTION, 'no', { immutable: true }),
  'enable-module-command': choice(PROTECTED_ACTION, 'no', { immutable: true }),

  'busy-reply-threshold': integer(5000, 0, LONG_MAX, { alias: 'lua-time-limit' }),
  'slowlog-log-slower-than': integer(10000, -1, LONG_MAX),
  'slowlog-max-len': integer(128, 0, LONG_MAX),
  'latency-monitor-threshold': integer(0, 0, LONG_MAX),
  'latency-tracking': yesNo(true),
  'latency-tracking-info-percentiles': percentiles([50, 99, 99.9]),
  'notify-keyspace-events': keyspaceEvents(),

  'shutdown-timeout': integer(10, 0, INT_MAX),
  'shutdown-on-sigint': choices(SHUTDOWN_OPTIONS, { conflict: SHUTDOWN_CONFLICT }),
  'shutdown-on-sigterm': choices(SHUTDOWN_OPTIONS, { conflict: SHUTDOWN_CONFLICT }),

  activedefrag: yesNo(false, { validate: validateActiveDefrag }),
  'active-defrag-cycle-min': integer(1, 1, 99),
  'active-defrag-cycle-max': integer(25, 1, 99),
  'active-defrag-threshold-lower': integer(10, 0, 1000),
  'active-defrag-threshold-upper': integer(100, 0, 1000),
  'active-defrag-max-scan-fields': integer(1000, 1, LONG_MAX),
});
