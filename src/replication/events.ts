/** What happens to a node's replication, for the timeline and for tests. The recorder adds virtual time and the node that reported it. */

export type ReplicationEvent =
  /** A replica begins to connect to its master. */
  | { readonly kind: 'sync-started'; readonly host: string; readonly port: number }
  /** The master answered FULLRESYNC: a snapshot follows. */
  | { readonly kind: 'full-resync'; readonly replicationId: string; readonly offset: number }
  /** The master answered CONTINUE. */
  | { readonly kind: 'partial-resync'; readonly replicationId: string; readonly offset: number }
  /** The link to the master is up, after either. */
  | { readonly kind: 'in-sync'; readonly offset: number }
  /** The link to the master was up and is lost. */
  | { readonly kind: 'link-down'; readonly host: string; readonly port: number; readonly offset: number }
  /** On the master: a replica gets the stream from now on. */
  | {
      readonly kind: 'replica-online';
      readonly replica: string;
      readonly resync: 'full' | 'partial';
      readonly offset: number;
    }
  /** On the master: a replica's connection ended. */
  | { readonly kind: 'replica-gone'; readonly replica: string };
