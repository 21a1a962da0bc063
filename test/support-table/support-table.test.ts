import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { COMPARED_PATH, SUPPORT_PATH, supportTable } from './table.js';

it('the table of commands is up to date (npm run support:generate)', () => {
  const compared = JSON.parse(readFileSync(COMPARED_PATH, 'utf8'));
  expect(readFileSync(SUPPORT_PATH, 'utf8')).toBe(supportTable(compared));
});
