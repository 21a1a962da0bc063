import { describe, expect, it } from 'vitest';
import type { ClusterConfig } from '../../src/cluster/ports.js';
import { Config } from '../../src/config/config.js';
import { ConfigError } from '../../src/config/config-error.js';
import { parseConfigFile } from '../../src/config/config-file.js';

describe('the values of a configuration', () => {
  it('are the defaults of Redis, typed', () => {
    const { values } = new Config();
    expect(values.port).toBe(6379);
    expect(values['cluster-node-timeout']).toBe(15000);
    expect(values['appendonly']).toBe(false);
    expect(values['maxmemory-policy']).toBe('noeviction');
    expect(values.bind).toEqual(['*', '-::*']);
    expect(values['client-output-buffer-limit'].replica.softSeconds).toBe(60);
    expect(values.save).toHaveLength(3);
    expect(values.replicaof).toBeNull();
  });

  it('are what the cluster brain asks for', () => {
    const config: ClusterConfig = new Config().values;
    expect(config['cluster-announce-ip']).toBe('');
  });

  it('may be given by name, with aliases, numbers, booleans and lists', () => {
    const { values } = new Config({
      port: 7000,
      appendonly: true,
      'slave-priority': '5',
      save: [900, 1],
      'client-output-buffer-limit': 'pubsub 1mb 2kb 3',
      bind: ['127.0.0.1', '::1'],
    });
    expect(values.port).toBe(7000);
    expect(values.appendonly).toBe(true);
    expect(values['replica-priority']).toBe(5);
    expect(values.save).toEqual([{ seconds: 900, changes: 1 }]);
    expect(values['client-output-buffer-limit'].pubsub).toEqual({
      hard: 1048576,
      soft: 2048,
      softSeconds: 3,
    });
    expect(values.bind).toEqual(['127.0.0.1', '::1']);
  });

  it('have one database in cluster mode since 7.2', () => {
    expect(new Config({ 'cluster-enabled': true }).values.databases).toBe(1);
    expect(new Config({ 'cluster-enabled': true }, '7.0').values.databases).toBe(16);
  });

  it('lack in 7.0 what came later', () => {
    const config = new Config({}, '7.0');
    expect(config.get(['locale-collate', 'set-max-listpack-entries'])).toEqual([]);
    expect(() => new Config({ 'locale-collate': 'C' }, '7.0')).toThrow(ConfigError);
    expect(() => new Config({ loglevel: 'nothing' }, '7.0')).toThrow(ConfigError);
  });
});

describe('a change', () => {
  it('is told to listeners by the names that really changed', () => {
    const config = new Config();
    const told: string[][] = [];
    config.onChange((names) => {
      told.push([...names]);
      return undefined;
    });
    expect(
      config.set([
        ['hz', '20'],
        ['slave-priority', '100'],
        ['maxmemory', '1mb'],
      ]),
    ).toBeNull();
    expect(config.set([['hz', '20']])).toBeNull();
    expect(told).toEqual([['hz', 'maxmemory']]);
    expect(config.values.maxmemory).toBe(1048576);
  });

  it('is taken back as a whole when one value is bad', () => {
    const config = new Config();
    const refused = config.set([
      ['hz', '20'],
      ['maxmemory', 'lots'],
    ]);
    expect(refused?.text).toBe(
      "ERR CONFIG SET failed (possibly related to argument 'maxmemory') - argument must be a memory value",
    );
    expect(config.values.hz).toBe(10);
    expect(config.textOf('hz')).toBe('10');
  });

  it('is taken back when a listener cannot follow, and told again', () => {
    const config = new Config({ port: 7000 });
    const seen: number[] = [];
    config.onChange(() => {
      seen.push(config.values.port);
      return config.values.port === 80
        ? { name: 'port', refused: 'Unable to listen on this port. Check server logs.' }
        : undefined;
    });
    expect(config.set([['port', '80']])?.text).toBe(
      "ERR CONFIG SET failed (possibly related to argument 'port') - Unable to listen on this port. Check server logs.",
    );
    expect(seen).toEqual([80, 7000]);
    expect(config.values.port).toBe(7000);
  });

  it('of a protected directive needs enable-protected-configs', () => {
    const refusal = "ERR CONFIG SET failed (possibly related to argument 'dir') - can't set protected config";
    expect(new Config().set([['dir', '/tmp']])?.text).toBe(refusal);
    const local = new Config({ 'enable-protected-configs': 'local' });
    expect(local.set([['dir', '/tmp']], { isLocal: false })?.text).toBe(refusal);
    expect(local.set([['dir', '/tmp']], { isLocal: true })).toBeNull();
    expect(new Config({ 'enable-protected-configs': true }).set([['dir', '/tmp']])).toBeNull();
  });

  it('of some directives has to wait while the dataset is loaded', () => {
    expect(new Config().set([['appendonly', 'yes']], { isLoading: true })?.code).toBe('LOADING');
    expect(new Config().set([['hz', '20']], { isLoading: true })).toBeNull();
  });

  it('by the node itself is free of all that', () => {
    const config = new Config();
    config.assign('port', 7001);
    config.assign('databases', 1);
    expect(config.get(['port', 'databases'])).toEqual([
      ['port', '7001'],
      ['databases', '1'],
    ]);
  });

  it('keeps numbers exact that a double cannot hold', () => {
    const config = new Config();
    config.set([
      ['maxmemory', '18446744073709551615'],
      ['cluster-node-timeout', '9223372036854775807'],
    ]);
    expect(config.textOf('maxmemory')).toBe('18446744073709551615');
    expect(config.rewrite('maxmemory 1\ncluster-node-timeout 1\n')).toContain(
      'cluster-node-timeout 9223372036854775807\n',
    );
  });
});

describe('CONFIG GET', () => {
  it('shows the value that its owner mirrors', () => {
    const config = new Config();
    config.mirror('replicaof', () => '127.0.0.1 7000');
    expect(config.get(['slaveof', 'ReplicaOf'])).toEqual([
      ['slaveof', '127.0.0.1 7000'],
      ['ReplicaOf', '127.0.0.1 7000'],
    ]);
  });

  it('knows which values are secrets', () => {
    const config = new Config();
    expect(
      ['requirepass', 'MASTERAUTH', 'masteruser', 'port', 'nothing'].map((name) => config.isSensitive(name)),
    ).toEqual([true, true, true, false, false]);
  });
});

describe('CONFIG REWRITE', () => {
  it('keeps comments and order, and appends what is no default', () => {
    const old =
      '# my server\nport 7000\n\n\n# saves\nsave 900 1\nsave 300 10\nsave 60 1\nno-such-directive x\n';
    const config = new Config(parseConfigFile('port 7000\nsave 900 1\nsave 300 10\nsave 60 1'));
    config.set([
      ['save', '10 20'],
      ['port', '7001'],
      ['appendfsync', 'always'],
    ]);
    expect(config.rewrite(old)).toBe(
      '# my server\nport 7001\n\n# saves\nsave 10 20\n\n# ??? no-such-directive x\n\n# Generated by CONFIG REWRITE\nlatency-tracking-info-percentiles 50 99 99.9\ndir "/data"\nappendfsync always\n',
    );
  });

  it('rewrites an alias by its first name, and quotes texts', () => {
    const config = new Config(parseConfigFile('slave-priority 10\nrequirepass "a b\\x01\\""'));
    const text = config.rewrite('slave-priority 10\nrequirepass x', ['default on']);
    expect(text).toContain('replica-priority 10\nrequirepass "a b\\x01\\""\n# Generated');
    expect(text).toContain('user default on\n');
    // What follows the last line break is an empty line to Redis, so the second time it grows by one.
    expect(config.rewrite(text, ['default on'])).toBe(`${text}\n`);
    expect(config.rewrite(`${text}\n`, ['default on'])).toBe(`${text}\n`);
  });

  it('starts from nothing as well', () => {
    expect(new Config().rewrite(null)).toBe(
      '# Generated by CONFIG REWRITE\nlatency-tracking-info-percentiles 50 99 99.9\ndir "/data"\nsave 3600 1\nsave 300 100\nsave 60 10000\n',
    );
  });
});
