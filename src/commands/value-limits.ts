/** The directives that decide the encoding of values, as a node of that version has them: for loading RDB files and dumps. */
import type { Config } from '../config/config.js';
import type { SetLimits } from '../keyspace/values/set-value.js';
import type { ValueLimits } from '../rdb/value-codec.js';
import type { RedisVersion } from './command.js';

export function valueLimitsOf(config: Config, version: RedisVersion): ValueLimits {
  const { values } = config;
  const hasListpacks = version !== '7.0';
  return {
    hash: {
      maxListpackEntries: values['hash-max-listpack-entries'],
      maxListpackValue: values['hash-max-listpack-value'],
    },
    zset: {
      maxListpackEntries: values['zset-max-listpack-entries'],
      maxListpackValue: values['zset-max-listpack-value'],
    },
    set: setLimitsOf(config, version),
    list: {
      maxListpackSize: values['list-max-listpack-size'],
      compressDepth: values['list-compress-depth'],
      hasListpacks,
    },
  };
}

export function setLimitsOf({ values }: Config, version: RedisVersion): SetLimits {
  const hasListpacks = version !== '7.0';
  return {
    maxIntsetEntries: values['set-max-intset-entries'],
    maxListpackEntries: hasListpacks ? values['set-max-listpack-entries'] : 0,
    maxListpackValue: values['set-max-listpack-value'],
    hasListpacks,
  };
}
