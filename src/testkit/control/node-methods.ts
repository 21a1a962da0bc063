/** What a control server can be asked about one node; the parameter `node` says which. */
import { invalid } from '../faults/message-filter.js';
import { TestNode } from '../test-node.js';
import { acts, type Method, only, type Params } from './method.js';

type Run = (node: TestNode, params: Params) => unknown;

const of = (call: string, run: Run): Method =>
  acts((_context, { node, ...params }) => {
    if (!(node instanceof TestNode))
      invalid(call, 'node must be a node, such as { "$node": "127.0.0.1:7000" }');
    return run(node, params);
  });

export const nodeMethods: Readonly<Record<string, Method>> = {
  'node.command': of('command()', (node, params) =>
    node.command(...only('command()', params, ['args'])['args']),
  ),
  'node.kill': of('kill()', (node) => node.kill()),
  'node.restart': of('restart()', (node, params) => node.restart(params)),
  'node.pause': of('pause()', (node) => node.pause()),
  'node.resume': of('resume()', (node) => node.resume()),
  'node.blackhole': of('blackhole()', (node) => node.blackhole()),
  'node.lag': of('lag()', (node, { by }) => node.lag(by)),
  'node.pauseReplication': of('pauseReplication()', (node) => node.pauseReplication()),
  'node.refuseConnections': of('refuseConnections()', (node, params) => node.refuseConnections(params)),
  'node.inject': of('inject()', (node, { fault, ...filter }) => node.inject(fault, filter)),
};
