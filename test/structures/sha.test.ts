import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { sha1 } from '../../src/structures/sha1.js';
import { sha256 } from '../../src/structures/sha256.js';
import { Random } from '../../src/time/random.js';

const LENGTHS = [0, 1, 3, 54, 55, 56, 57, 63, 64, 65, 119, 120, 128, 1000];

it.each([
  ['sha1', sha1],
  ['sha256', sha256],
] as const)('%s gives the digests of node:crypto', (name, hash) => {
  const random = new Random(7);
  for (const length of LENGTHS) {
    const message = Uint8Array.from({ length }, () => random.below(256));
    expect(Buffer.from(hash(message)).toString('hex')).toBe(createHash(name).update(message).digest('hex'));
  }
});
