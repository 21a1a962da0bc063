/** DEBUG PROTOCOL: a reply of each type of the protocol, for the tests of clients. */
import { asCString, type ByteString, toLowerAscii } from '../../../resp/byte-string.js';
import { BAD_PROTOCOL_TYPE, RESP2_NOT_SUPPORTED } from '../../../resp/errors/index.js';
import {
  AttributeReply,
  BigNumberReply,
  DoubleReply,
  FALSE,
  MapReply,
  PushReply,
  type Reply,
  SetReply,
  TRUE,
  VerbatimReply,
} from '../../../resp/reply.js';
import type { CommandContext } from '../../context.js';

export function protocolValue({ session }: CommandContext, argv: readonly ByteString[]): Reply {
  switch (toLowerAscii(asCString(argv[2]!))) {
    case 'string':
      return 'Hello World';
    case 'integer':
      return 12345;
    case 'double':
      // biome-ignore lint/suspicious/noApproximativeNumericConstant: it is the value that Redis answers, not pi.
      return new DoubleReply(3.141);
    case 'bignum':
      return new BigNumberReply('1234567999999999999999999999999999999');
    case 'null':
      return null;
    case 'array':
      return [0, 1, 2];
    case 'set':
      return new SetReply([0, 1, 2]);
    case 'map':
      return new MapReply([0, FALSE, 1, TRUE, 2, FALSE]);
    case 'attrib':
      return new AttributeReply(
        ['key-popularity', ['key:123', 90]],
        'Some real reply following the attribute',
      );
    case 'push':
      if (session.protocol === 2) return RESP2_NOT_SUPPORTED;
      // A push is no reply, so one comes after it.
      session.send(new PushReply(['server-cpu-usage', 42]));
      return 'Some real reply following the push reply';
    case 'verbatim':
      return new VerbatimReply('txt', 'This is a verbatim\nstring');
    case 'true':
      return TRUE;
    case 'false':
      return FALSE;
    default:
      return BAD_PROTOCOL_TYPE;
  }
}
