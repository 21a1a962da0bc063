/** The arguments of the hyperloglog commands, for COMMAND DOCS; the notation is that of notation.ts. */
export const hyperloglogArguments: Readonly<Record<string, string>> = {
  pfadd: 'key:key#0 element?*',
  pfcount: 'key:key#0*',
  pfdebug: 'subcommand key:key#0',
  pfmerge: 'destkey:key#0 sourcekey:key#1?*',
  'pfmerge 7.0': 'destkey:key#0 sourcekey:key#1*',
};
