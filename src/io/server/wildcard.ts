/** The address that a word of `bind` stands for: `*` and `::*` are all of IPv4 and of IPv6. */
export function wildcard(address: string): string {
  if (address === '*') return '0.0.0.0';
  return address === '::*' ? '::' : address;
}
