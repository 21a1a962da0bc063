import { describe, expect, it } from 'vitest';
import { AofManifest } from '../../src/persistence/aof-manifest.js';

const LINES = 'file a.1.base.rdb seq 1 type b\nfile a.1.incr.aof seq 1 type i\n';

describe('a manifest', () => {
  it('is written as it was read, history after the base', () => {
    const text =
      'file a.2.base.rdb seq 2 type b\nfile a.1.base.rdb seq 1 type h\nfile a.3.incr.aof seq 3 type i\n';
    expect(AofManifest.parse(text).format()).toBe(text);
  });

  it('quotes names that need it', () => {
    const manifest = AofManifest.EMPTY.withNewBase('my aof', true);
    expect(manifest.format()).toBe('file "my aof.1.base.rdb" seq 1 type b\n');
    expect(AofManifest.parse(manifest.format()).base?.name).toBe('my aof.1.base.rdb');
  });

  it('skips comments, and words of later releases', () => {
    const manifest = AofManifest.parse(
      `# comment\n${LINES.replace('seq 1 type i', 'seq 1 type i startoffset 5')}`,
    );
    expect(manifest.lastIncrement?.name).toBe('a.1.incr.aof');
  });

  it('counts on from the numbers it has', () => {
    const rewritten = AofManifest.parse(LINES)
      .withNewIncrement('a')
      .withNewBase('a', false)
      .withIncrementsAsHistory(true);
    expect(rewritten.format()).toBe(
      'file a.2.base.aof seq 2 type b\nfile a.1.incr.aof seq 1 type h\nfile a.1.base.rdb seq 1 type h\nfile a.2.incr.aof seq 2 type i\n',
    );
    expect(rewritten.withoutHistory().history).toEqual([]);
  });

  it.each([
    ['', 'Found an empty AOF manifest', null],
    ['\n', 'Invalid AOF manifest file format', ''],
    ['file a seq 1\n', 'Invalid AOF manifest file format', 'file a seq 1'],
    ['file a seq 0 type b\n', 'Invalid AOF manifest file format', 'file a seq 0 type b'],
    ['file ../a seq 1 type b\n', "File can't be a path, just a filename", 'file ../a seq 1 type b'],
    ['file a seq 1 type x\n', 'Unknown AOF file type', 'file a seq 1 type x'],
    [
      'file a seq 1 type b\nfile b seq 2 type b\n',
      'Found duplicate base file information',
      'file b seq 2 type b',
    ],
    [
      'file a seq 2 type i\nfile b seq 1 type i\n',
      'Found a non-monotonic sequence number',
      'file b seq 1 type i',
    ],
    [`file ${'a'.repeat(1100)} seq 1 type b\n`, 'The AOF manifest file contains too long line', null],
    ['file a seq 1 type b', 'The AOF manifest file contains too long line', null],
  ])('is refused: %j', (text, message, line) => {
    expect(() => AofManifest.parse(text)).toThrow(expect.objectContaining({ message, line }));
  });
});
