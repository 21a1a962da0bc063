/** The arguments of the transactions commands, for COMMAND DOCS; the notation is that of notation.ts. */
export const transactionsArguments: Readonly<Record<string, string>> = {
  watch: 'key:key#0*',
};
