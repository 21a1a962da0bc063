/** The arguments of the bitmap commands, for COMMAND DOCS; the notation is that of notation.ts. */
export const bitmapArguments: Readonly<Record<string, string>> = {
  bitcount: 'key:key#0 range(start:int end:int unit(!BYTE | !BIT)?@7.0.0)?',
  'bitcount 7.0': 'key:key#0 index(start:int end:int index_unit(!BYTE | !BIT)?@7.0.0)?',
  bitfield:
    'key:key#0 operation(GET>get-block(encoding offset:int) | write(OVERFLOW>overflow-block(!WRAP | !SAT | !FAIL)? write-operation(SET>set-block(encoding offset:int value:int) | INCRBY>incrby-block(encoding offset:int increment:int))))?*',
  'bitfield 7.0':
    'key:key#0 operation(GET>encoding_offset(encoding offset:int) | write(OVERFLOW>wrap_sat_fail(!WRAP | !SAT | !FAIL)? write_operation(SET>encoding_offset_value(encoding offset:int value:int) | INCRBY>encoding_offset_increment(encoding offset:int increment:int))))?*',
  bitfield_ro: 'key:key#0 GET>get-block(encoding offset:int)?+',
  'bitfield_ro 7.0': 'key:key#0 GET>encoding_offset(encoding offset:int)?+',
  bitop: 'operation(!AND | !OR | !XOR | !NOT) destkey:key#0 key:key#1*',
  'bitop 7.0': 'operation destkey:key#0 key:key#1*',
  bitpos: 'key:key#0 bit:int range(start:int end-unit-block(end:int unit(!BYTE | !BIT)?@7.0.0)?)?',
  'bitpos 7.0': 'key:key#0 bit:int index(start:int end_index(end:int index_unit(!BYTE | !BIT)?@7.0.0)?)?',
  getbit: 'key:key#0 offset:int',
  setbit: 'key:key#0 offset:int value:int',
};
