/** Takes the passwords out of a command before it is shown to anybody (redactClientCommandArgument of networking.c). */
import type { ResolvedCommand } from '../commands/table.js';
import type { ByteString } from '../resp/byte-string.js';

/** What stands for a secret. */
export const REDACTED = '(redacted)';

/** The arguments as MONITOR and SLOWLOG may show them. */
export function withoutSecrets(
  { fullName }: ResolvedCommand,
  argv: readonly ByteString[],
): readonly ByteString[] {
  switch (fullName) {
    case 'auth':
      // With more arguments AUTH is a syntax error before anything is redacted.
      return argv.length > 3 ? argv : [argv[0]!, ...argv.slice(1).map(() => REDACTED)];
    case 'hello':
      return withoutLogin(argv, 2, ({ option, following }) =>
        option === 'auth' && following >= 2 ? 2 : option === 'setname' && following >= 1 ? -1 : null,
      );
    case 'acl|setuser':
      return argv.map((argument, index) => (index < 2 ? argument : REDACTED));
    case 'migrate':
      return withoutLogin(argv, 6, ({ option, following }) => {
        if (option === 'auth' && following >= 1) return 1;
        if (option === 'auth2' && following >= 2) return 2;
        return option === 'copy' || option === 'replace' ? 0 : null;
      });
    default:
      return argv;
  }
}

interface Option {
  readonly option: string;
  /** How many arguments come after it. */
  readonly following: number;
}

/**
 * @param secretsAfter how many secrets an option has; negative: so many arguments that are none; null: what comes
 * from here on is not read.
 */
function withoutLogin(
  argv: readonly ByteString[],
  firstOption: number,
  secretsAfter: (option: Option) => number | null,
): readonly ByteString[] {
  const shown = [...argv];
  for (let index = firstOption; index < argv.length; index++) {
    const secrets = secretsAfter({
      option: argv[index]!.toLowerCase(),
      following: argv.length - 1 - index,
    });
    if (secrets === null) break;
    for (let count = 1; count <= secrets; count++) shown[index + count] = REDACTED;
    index += Math.abs(secrets);
  }
  return shown;
}
