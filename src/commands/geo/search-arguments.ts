/** The arguments of GEOSEARCH and GEORADIUS in all their forms: where, how far, and what of it (georadiusGeneric of geo.c). */
import type { SortedSetValue } from '../../keyspace/values/sorted-set-value.js';
import { asCString, type ByteString, toLowerAscii } from '../../resp/byte-string.js';
import {
  ANY_WITHOUT_COUNT,
  GEO_COUNT_NOT_POSITIVE,
  GEORADIUS_STORE_WITH_DETAILS,
  GEOSEARCHSTORE_WITH_DETAILS,
  MEMBER_NOT_DECODED,
  NOT_AN_INTEGER,
  noSearchCenter,
  noSearchShape,
  SYNTAX_ERROR,
} from '../../resp/errors/index.js';
import { parseInteger } from '../../resp/integer.js';
import { ErrorReply } from '../../resp/reply.js';
import type { Position } from '../../structures/geohash.js';
import { parseBox, parsePosition, parseRadius, positionOfMember, type SearchSize } from './geo-arguments.js';

/** How a command of the family differs from the others. */
export interface SearchForm {
  /** GEORADIUS and GEORADIUSBYMEMBER have center and radius in fixed places. */
  readonly center: 'position' | 'member' | 'option';
  /** `option`: STORE or STOREDIST says so; `destination`: the first key is one. */
  readonly stores: 'never' | 'option' | 'destination';
}

/** What is asked for; every option as it was given last. */
export interface SearchRequest {
  center: Position | null;
  size: SearchSize | null;
  /** 0 = all. */
  count: number;
  any: boolean;
  order: 'none' | 'asc' | 'desc';
  withDistance: boolean;
  withHash: boolean;
  withPosition: boolean;
  destination: ByteString | null;
  storesDistance: boolean;
}

/** Which of the exclusive options were there. */
interface Given {
  center: 'none' | 'member' | 'position';
  shape: 'none' | 'radius' | 'box';
}

interface Parsing {
  readonly argv: readonly ByteString[];
  readonly form: SearchForm;
  readonly set: SortedSetValue | null;
  readonly request: SearchRequest;
  readonly given: Given;
}

/** @param set the source; where it is missing the arguments are looked at all the same. */
export function parseSearch(
  argv: readonly ByteString[],
  form: SearchForm,
  set: SortedSetValue | null,
): SearchRequest | ErrorReply {
  const request: SearchRequest = {
    center: null,
    size: null,
    count: 0,
    any: false,
    order: 'none',
    withDistance: false,
    withHash: false,
    withPosition: false,
    destination: form.stores === 'destination' ? argv[1]! : null,
    storesDistance: false,
  };
  const parsing: Parsing = { argv, form, set, request, given: { center: 'none', shape: 'none' } };
  const first = parseFixedPart(parsing);
  if (first instanceof ErrorReply) return first;
  for (let position = first; position < argv.length; position++) {
    const taken = parseOption(parsing, position);
    if (taken instanceof ErrorReply) return taken;
    position += taken;
  }
  return validated(parsing);
}

/** @returns where the options begin. */
function parseFixedPart({ argv, form, set, request }: Parsing): number | ErrorReply {
  if (form.center === 'option') return form.stores === 'destination' ? 3 : 2;
  const sizeAt = form.center === 'position' ? 4 : 3;
  if (form.center === 'position') {
    const center = parsePosition(argv, 2);
    if (center instanceof ErrorReply) return center;
    request.center = center;
  } else {
    if (set === null) return sizeAt + 2;
    request.center = positionOfMember(set, argv[2]!);
    if (request.center === null) return MEMBER_NOT_DECODED;
  }
  const size = parseRadius(argv, sizeAt);
  if (size instanceof ErrorReply) return size;
  request.size = size;
  return sizeAt + 2;
}

/** @returns how many arguments belong to the option beside its name. */
function parseOption(parsing: Parsing, position: number): number | ErrorReply {
  const { argv, form, request } = parsing;
  const option = toLowerAscii(asCString(argv[position]!));
  const following = argv.length - position - 1;
  switch (option) {
    case 'withdist':
      request.withDistance = true;
      return 0;
    case 'withhash':
      request.withHash = true;
      return 0;
    case 'withcoord':
      request.withPosition = true;
      return 0;
    case 'any':
      request.any = true;
      return 0;
    case 'asc':
    case 'desc':
      request.order = option;
      return 0;
    case 'count': {
      if (following < 1) return SYNTAX_ERROR;
      const count = parseInteger(argv[position + 1]!);
      if (count === null) return NOT_AN_INTEGER;
      if (count <= 0) return GEO_COUNT_NOT_POSITIVE;
      request.count = Number(count);
      return 1;
    }
    case 'store':
    case 'storedist':
      if (form.stores === 'option' && following >= 1) {
        request.destination = argv[position + 1]!;
        request.storesDistance = option === 'storedist';
        return 1;
      }
      if (form.stores !== 'destination' || option === 'store') return SYNTAX_ERROR;
      request.storesDistance = true;
      return 0;
    default:
      return form.center === 'option' ? parsePlace(parsing, option, position, following) : SYNTAX_ERROR;
  }
}

/** FROMMEMBER, FROMLONLAT, BYRADIUS, BYBOX: one of each two. */
function parsePlace(
  { argv, set, request, given }: Parsing,
  option: string,
  position: number,
  following: number,
): number | ErrorReply {
  if (option === 'frommember' && following >= 1 && given.center !== 'position') {
    given.center = 'member';
    if (set === null) return 1;
    request.center = positionOfMember(set, argv[position + 1]!);
    return request.center === null ? MEMBER_NOT_DECODED : 1;
  }
  if (option === 'fromlonlat' && following >= 2 && given.center !== 'member') {
    const center = parsePosition(argv, position + 1);
    if (center instanceof ErrorReply) return center;
    given.center = 'position';
    request.center = center;
    return 2;
  }
  if (option === 'byradius' && following >= 2 && given.shape !== 'box') {
    const size = parseRadius(argv, position + 1);
    if (size instanceof ErrorReply) return size;
    given.shape = 'radius';
    request.size = size;
    return 2;
  }
  if (option === 'bybox' && following >= 3 && given.shape !== 'radius') {
    const size = parseBox(argv, position + 1);
    if (size instanceof ErrorReply) return size;
    given.shape = 'box';
    request.size = size;
    return 3;
  }
  return SYNTAX_ERROR;
}

function validated({ argv, form, request, given }: Parsing): SearchRequest | ErrorReply {
  const { destination, withDistance, withHash, withPosition } = request;
  if (destination !== null && (withDistance || withHash || withPosition)) {
    return form.stores === 'destination' ? GEOSEARCHSTORE_WITH_DETAILS : GEORADIUS_STORE_WITH_DETAILS;
  }
  if (form.center === 'option') {
    if (given.center === 'none') return noSearchCenter(argv[0]!);
    if (given.shape === 'none') return noSearchShape(argv[0]!);
  }
  if (request.any && request.count === 0) return ANY_WITHOUT_COUNT;
  return request;
}
