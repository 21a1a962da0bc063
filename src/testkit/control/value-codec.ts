/** Values as JSON: what JSON lacks is an object with one name that begins with `$`. */
import { RedisTestClusterError } from '../../../fixtures/error.js';

/** Turns objects that only one side has into what stands for them; undefined = this is none of these. */
export type Encode = (value: object) => unknown;
export type Decode = (tag: string, value: unknown) => unknown;

/**
 * @param call who says it, for the error.
 * @throws RedisTestClusterError NOT_SERIALIZABLE for a function.
 */
export function toJson(call: string, value: unknown, special: Encode, path = ''): unknown {
  switch (typeof value) {
    case 'string':
    case 'boolean':
    case 'undefined':
      return value;
    case 'number':
      return Number.isFinite(value) ? value : { $number: String(value) };
    case 'bigint':
      return { $bigint: String(value) };
    case 'object':
      return value === null ? null : objectToJson(call, value, special, path);
    default:
      throw new RedisTestClusterError(
        'NOT_SERIALIZABLE',
        `${call}: ${path === '' ? 'it' : path} is a ${typeof value}, which cannot go to the process that has the cluster; say it with values, or do it where the cluster was started`,
      );
  }
}

function objectToJson(call: string, value: object, special: Encode, path: string): unknown {
  const known = special(value);
  if (known !== undefined) return known;
  const inner = (item: unknown, name: string | number): unknown =>
    toJson(call, item, special, path === '' ? String(name) : `${path}.${name}`);
  if (Array.isArray(value)) return value.map((item, index) => inner(item, index) ?? null);
  if (value instanceof Uint8Array) return { $bytes: Buffer.from(value).toString('base64') };
  if (value instanceof RegExp) return { $regexp: [value.source, value.flags] };
  if (value instanceof Date) return { $date: value.getTime() };
  if (value instanceof Map)
    return { $map: [...value].map(([key, item], index) => [inner(key, index), inner(item, index)]) };
  if (value instanceof Set) return [...value].map((item, index) => inner(item, index));
  const plain: Record<string, unknown> = {};
  for (const [name, item] of Object.entries(value)) plain[name] = inner(item, name);
  return plain;
}

/** The way back. @throws RedisTestClusterError INVALID_ARGUMENT for a `$` name that nobody knows. */
export function fromJson(value: unknown, special: Decode): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => fromJson(item, special));
  const [tag, ...others] = Object.keys(value);
  if (tag?.startsWith('$') === true && others.length === 0)
    return fromTag(tag, (value as Readonly<Record<string, unknown>>)[tag], special);
  const plain: Record<string, unknown> = {};
  for (const [name, item] of Object.entries(value)) plain[name] = fromJson(item, special);
  return plain;
}

function fromTag(tag: string, value: unknown, special: Decode): unknown {
  switch (tag) {
    case '$number':
      return Number(value);
    case '$bigint':
      return BigInt(value as string);
    case '$bytes':
      return new Uint8Array(Buffer.from(value as string, 'base64'));
    case '$regexp': {
      const [source, flags] = value as [string, string];
      return new RegExp(source, flags);
    }
    case '$date':
      return new Date(value as number);
    case '$map':
      return new Map(
        (value as [unknown, unknown][]).map((pair) => fromJson(pair, special) as [unknown, unknown]),
      );
    default:
      return special(tag, value);
  }
}
