/** The package as it is published, where `npm run build` made it: what users import, as opposed to the many modules that the benchmark itself is compiled to. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Compiled, this file is .build/test/bench/built-package.js. */
const ROOT = join(import.meta.dirname, '../../..');
const ENTRY = join(ROOT, 'dist/src/index.js');

/** Path of its entry; null when it was not built, or the sources are newer. */
export function builtPackage(): string | null {
  if (!existsSync(ENTRY)) return null;
  const builtAtMs = statSync(ENTRY).mtimeMs;
  const sources = ['src', 'fixtures'].flatMap((folder) => filesIn(join(ROOT, folder)));
  return sources.every((file) => statSync(file).mtimeMs <= builtAtMs) ? ENTRY : null;
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
