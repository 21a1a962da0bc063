/** How many nodes the radix tree of Redis would have (rax.c): XINFO STREAM tells it. */

/** @param keys in order, all different, unsigned integers of `keyBytes` bytes, big endian. */
export function radixTreeNodes(keys: readonly bigint[], keyBytes: number): number {
  if (keys.length === 0) return 1;
  // Depths of the nodes that branch, on the way from the root to the key before.
  const open: number[] = [];
  let nodes = 0;
  // Bytes with only one way to go on are one node; where ways part is another, which holds the first byte of each way.
  const close = (depth: number, parent: number): void => {
    nodes += depth > parent + 1 ? 2 : 1;
  };
  for (let index = 0; index < keys.length; index++) {
    const next = keys[index + 1];
    const shared = next === undefined ? -1 : sharedBytes(keys[index] as bigint, next, keyBytes);
    const before = open.at(-1) ?? -1;
    close(keyBytes, Math.max(before, shared));
    while (open.length > 0 && (open.at(-1) as number) > shared) {
      const depth = open.pop() as number;
      close(depth, Math.max(open.at(-1) ?? -1, shared));
    }
    if (shared >= 0 && open.at(-1) !== shared) open.push(shared);
  }
  return nodes;
}

function sharedBytes(first: bigint, second: bigint, keyBytes: number): number {
  const differing = (first ^ second).toString(16).length;
  return keyBytes - Math.ceil(differing / 2);
}
