/** The pub/sub group. https://redis.io/docs/latest/commands/?group=pubsub */
import type { CommandGroupTable } from '../command.js';
import { publishCommands } from './publish.js';
import { pubsub } from './pubsub.js';
import { subscribeCommands } from './subscribe.js';

export const pubSubCommands: CommandGroupTable = [...subscribeCommands, ...publishCommands, pubsub];
