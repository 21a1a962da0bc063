/** `npm run support:generate`: writes the table of commands. */
import { readFileSync, writeFileSync } from 'node:fs';
import { COMPARED_PATH, SUPPORT_PATH, supportTable } from './table.js';

writeFileSync(SUPPORT_PATH, supportTable(JSON.parse(readFileSync(COMPARED_PATH, 'utf8'))));
