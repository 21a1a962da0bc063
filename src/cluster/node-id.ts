/** Node ids (cluster.c, verifyClusterNodeId): made as hexadecimal digits, accepted with any small letter. */

const NODE_ID = /^[a-z0-9]{40}$/;

export function isNodeId(text: string): boolean {
  return NODE_ID.test(text);
}
