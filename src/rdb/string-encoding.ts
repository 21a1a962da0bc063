/** How lengths and encoded strings begin in RDB data (rdb.h). The upper two bits of the first byte tell the kind. */

/** Upper bits 11: no length but an encoded string; the lower six bits tell which encoding. */
export const ENCODED = 0xc0;
export const LENGTH_32 = 0x80;
export const LENGTH_64 = 0x81;

export const INT8 = 0;
export const INT16 = 1;
export const INT32 = 2;
export const LZF = 3;
