/**
 * Every error text that goes over the wire, one file for each family; import from here.
 * A new family (cluster.ts, replication.ts, ...) is added with one line: export * from './<family>.js';
 */
export * from './acl.js';
export * from './bitmap.js';
export * from './cluster.js';
export * from './connection.js';
export * from './functions.js';
export * from './general.js';
export * from './generic.js';
export * from './geo.js';
export * from './hash.js';
export * from './hyperloglog.js';
export * from './list.js';
export * from './persistence.js';
export * from './protocol.js';
export * from './pubsub.js';
export * from './replication.js';
export * from './scripting.js';
export * from './server.js';
export * from './set.js';
export * from './sorted-set.js';
export * from './stream.js';
export * from './string.js';
