/** One node as a process of its own, in place of a redis-server: it listens, logs, saves and ends as that one does (main of server.c). */
import { unlinkSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { RedisVersion } from '../../commands/command.js';
import { Config, type ConfigValues } from '../../config/config.js';
import { ConfigError } from '../../config/config-error.js';
import { Network } from '../../network/network.js';
import { NodeProcess } from '../../network/node-process.js';
import { StartError } from '../../persistence/start-error.js';
import { Random } from '../../time/random.js';
import { VirtualClock } from '../../time/virtual-clock.js';
import { DirectoryStorage } from '../directory-storage.js';
import { scriptingHostOf } from '../lua-interpreter.js';
import { realNowMs } from '../natives.js';
import { TcpConnector } from '../outside-connector.js';
import { RealTimePump } from '../real-time-pump.js';
import { type TlsSettings, tlsSettingsOf } from '../tls-settings.js';
import { spawnChild } from './child-process.js';
import { busPortOf, ListenError, ServerListeners } from './listeners.js';
import { logoOf } from './logo.js';
import { portRefusal } from './port-refusal.js';
import { type ServerConfig, UnreadableConfig } from './server-config.js';
import type { ServerLog } from './server-log.js';
import { releaseOf } from './special-options.js';
import { SystemLog } from './system-log.js';

const PORT_DIRECTIVES = ['port', 'tls-port', 'bind'] as const;
const DEFAULT_PID_FILE = '/var/run/redis.pid';

export class Server {
  readonly #version: RedisVersion;
  readonly #log: ServerLog;
  readonly #config: ServerConfig;
  readonly #values: ConfigValues;
  readonly #pump: RealTimePump;
  readonly #connector: TcpConnector;
  readonly #storage: DirectoryStorage;
  readonly #process: NodeProcess;
  readonly #listeners: ServerListeners;
  readonly #pidFile: string | null;
  #exit: (code: number) => void = () => undefined;
  #interrupts = 0;

  /** @throws ConfigError, UnreadableConfig. */
  constructor(config: ServerConfig, version: RedisVersion, log: ServerLog) {
    this.#version = version;
    this.#config = config;
    this.#log = log;
    this.#values = new Config(config.read(), version).values;
    const { dir, logfile, loglevel, pidfile, daemonize, port } = this.#values;
    log.directory = dir;
    log.file = logfile;
    log.level = loglevel;
    if (this.#values['syslog-enabled'])
      log.system = new SystemLog(this.#values['syslog-ident'], this.#values['syslog-facility']);
    this.#pump = new RealTimePump(new VirtualClock(realNowMs()), 'flowing');
    this.#pump.skipsLostTime = true;
    const tls = tlsOf(this.#values);
    this.#connector = new TcpConnector(this.#pump, version, true, tls);
    this.#storage = new DirectoryStorage(dir, (run) => this.#input(run));
    const ofMachine = pidfile === '' && daemonize ? DEFAULT_PID_FILE : pidfile;
    this.#pidFile = ofMachine === '' ? null : resolve(dir, ofMachine);
    this.#process = this.#newProcess(port);
    this.#listeners = new ServerListeners(this.#pump, this.#connector, log, this.#process, tls);
  }

  /** Starts serving. @param onUp connections are accepted. @returns the exit code, when the server ends. */
  async run(onUp: () => void): Promise<number> {
    const ended = new Promise<number>((end) => {
      this.#exit = end;
    });
    this.#announce();
    if (!this.#lockNodesConf()) return this.#close(1);
    try {
      await this.#listeners.open(this.#values);
      this.#pump.input(() => this.#process.start());
    } catch (error) {
      // Why a start failed is in the log already.
      if (!(error instanceof StartError))
        this.#log.write('warning', error instanceof Error ? error.message : String(error));
      return this.#close(1);
    }
    this.#listeners.serve();
    onUp();
    // Listeners and timers of a node keep no process alive; here they are its purpose.
    const keepAlive = setInterval(() => undefined, 60_000);
    const code = await ended;
    clearInterval(keepAlive);
    return this.#close(code);
  }

  onSignal(signal: 'SIGINT' | 'SIGTERM'): void {
    if (signal === 'SIGINT' && this.#interrupts++ > 0) {
      this.#log.write('warning', 'You insist... exiting now.');
      this.#exit(1);
    } else if (!this.#process.isRunning || this.#process.node.loading) {
      this.#log.write('warning', 'Received shutdown signal during loading, exiting now.');
      this.#exit(0);
    } else {
      this.#input(() => this.#process.node.shutdown.requestBySignal(signal));
    }
  }

  #input(run: () => void): void {
    this.#pump.input(() => this.#process.deliver(run));
  }

  #newProcess(port: number): NodeProcess {
    const network = new Network(this.#pump.clock);
    const seed = Math.floor((realNowMs() * 1000 + process.pid * 7919) % 0x1_0000_0000);
    const made = new NodeProcess(
      network,
      new Random(seed),
      {
        name: `:${port}`,
        ip: '',
        port,
        busPort: busPortOf(this.#values),
        version: this.#version,
        config: () => this.#config.read(),
        configFile: this.#config.file,
        storage: this.#storage,
        processId: process.pid,
        scripting: scriptingHostOf(this.#pump),
        spawnChild: (onKilled) => spawnChild((signal) => this.#pump.input(() => onKilled(signal))),
        onShutdown: () => this.#removePidFile(),
      },
      {
        onEvent: () => undefined,
        onLog: (_process, level, text) => this.#writeLog(level, text),
        onExit: (_process, code) => this.#exit(code),
        onStateChanged: () => this.#followProcess(),
      },
    );
    made.outside = this.#connector;
    return made;
  }

  #writeLog(level: 'debug' | 'verbose' | 'notice' | 'warning', text: string): void {
    if (this.#process.isRunning) {
      const { node } = this.#process;
      this.#log.level = node.config.values.loglevel;
      this.#log.directory = this.#storage.directory;
      this.#log.isReplica = node.isReplica;
    }
    this.#log.write(level, text);
  }

  /** DEBUG RESTART: the ports close and open again with the process. */
  #followProcess(): void {
    const work = this.#process.isRunning ? this.#reopen() : this.#listeners.close();
    work.catch((error: unknown) => {
      this.#log.write('warning', error instanceof Error ? error.message : String(error));
      this.#exit(1);
    });
  }

  /**
   * CONFIG SET port and bind. Whether it works is tried before; the listening itself ends after the reply, and what does not
   * work then is set back.
   */
  #followPorts(): void {
    const { config } = this.#process.node;
    const { port, 'tls-port': tlsPort, bind } = config.values;
    let working = { port, tlsPort, bind };
    config.onChange((names) => {
      if (!PORT_DIRECTIVES.some((name) => names.has(name))) return undefined;
      const { values } = config;
      const wanted = { port: values.port, tlsPort: values['tls-port'], bind: values.bind };
      if (JSON.stringify(wanted) === JSON.stringify(working)) return undefined;
      const refused = portRefusal(working, wanted);
      if (refused !== null) {
        this.#log.write('warning', refused.log);
        return refused;
      }
      this.#listeners.change(values).then(
        () => {
          working = wanted;
        },
        (error: unknown) => {
          this.#log.write('warning', error instanceof Error ? error.message : String(error));
          config.assign('port', working.port);
          config.assign('tls-port', working.tlsPort);
          config.assign('bind', working.bind);
          void this.#listeners.change(config.values);
        },
      );
      return undefined;
    });
  }

  async #reopen(): Promise<void> {
    this.#followPorts();
    if (this.#listeners.isOpen) return;
    await this.#listeners.open(this.#process.node.config.values);
    this.#listeners.serve();
  }

  #announce(): void {
    const log = (text: string): void => this.#log.write(this.#version === '7.0' ? 'warning' : 'notice', text);
    const { port, 'tls-port': tlsPort, 'cluster-enabled': isCluster } = this.#values;
    log('oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo');
    const release = releaseOf(this.#version);
    log(`Redis version=${release}, bits=64, commit=00000000, modified=0, pid=${process.pid}, just started`);
    if (process.argv.length <= 3) {
      this.#log.write(
        'warning',
        'Warning: no config file specified, using the default config. In order to specify a config file use redis-server /path/to/redis.conf',
      );
    } else {
      log('Configuration loaded');
    }
    this.#log.write('notice', 'monotonic clock: POSIX clock_gettime');
    this.#writePidFile();
    const mode = isCluster ? 'cluster' : 'standalone';
    const shownPort = port === 0 ? tlsPort : port;
    if (this.#showsLogo) this.#log.writeRaw(logoOf(release, mode, shownPort, process.pid));
    else this.#log.write('notice', `Running mode=${mode}, port=${shownPort}.`);
  }

  get #showsLogo(): boolean {
    const isTerminal = this.#log.file === '' && process.stdout.isTTY === true;
    return (isTerminal && !this.#values['syslog-enabled']) || this.#values['always-show-logo'];
  }

  #lockNodesConf(): boolean {
    if (!this.#values['cluster-enabled']) return true;
    const file = this.#values['cluster-config-file'];
    if (this.#storage.lock(file)) return true;
    this.#log.write(
      'warning',
      `Sorry, the cluster configuration file ${file} is already used by a different Redis Cluster node. Please make sure that different nodes use different cluster configuration files.`,
    );
    return false;
  }

  #writePidFile(): void {
    if (this.#pidFile === null) return;
    try {
      writeFileSync(this.#pidFile, `${process.pid}\n`);
    } catch {
      // As Redis, the server goes on without it.
    }
  }

  #removePidFile(): void {
    if (this.#pidFile === null) return;
    this.#log.write('notice', 'Removing the pid file.');
    try {
      unlinkSync(this.#pidFile);
    } catch {
      // It is gone already.
    }
  }

  async #close(code: number): Promise<number> {
    await this.#listeners.close();
    await this.#connector.closeStreams();
    this.#pump.stop();
    this.#storage.close();
    return code;
  }
}

/** Null: no directive asks for TLS. @throws UnreadableConfig for a file that cannot be read. */
function tlsOf(values: ConfigValues): TlsSettings | null {
  if (values['tls-port'] === 0 && !values['tls-replication'] && !values['tls-cluster']) return null;
  try {
    return tlsSettingsOf(values, null);
  } catch (error) {
    throw new UnreadableConfig('Failed to configure TLS. Check logs for more info.', { cause: error });
  }
}

/** Says why the directives are no good, where Redis says it. @returns false: it is another error. */
export function reportBadConfig(error: unknown, version: RedisVersion, log: ServerLog): boolean {
  if (error instanceof ConfigError) process.stderr.write(error.report(releaseOf(version)));
  else if (error instanceof UnreadableConfig || error instanceof ListenError)
    log.write('warning', error.message);
  else return false;
  return true;
}
