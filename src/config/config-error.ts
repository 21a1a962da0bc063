// A configuration that a node refuses to start with.

export class ConfigError extends Error {
  readonly code = 'BAD_CONFIG';
  /** As Redis words it. */
  readonly reason: string;
  /** Where in the file, from 1; null when no single line is at fault or the directives came from no file. */
  readonly line: number | null;
  /** The line itself. */
  readonly lineText: string | null;

  constructor(reason: string, line: number | null = null, lineText: string | null = null) {
    super(lineText === null ? reason : `${reason} (in '${lineText}')`);
    this.name = 'ConfigError';
    this.reason = reason;
    this.line = line;
    this.lineText = lineText;
  }

  /** What a server of that release prints before it exits. */
  report(release: string): string {
    const where =
      this.lineText === null
        ? ''
        : `Reading the configuration file, at line ${this.line ?? 1}\n>>> '${this.lineText}'\n`;
    return `\n*** FATAL CONFIG FILE ERROR (Redis ${release}) ***\n${where}${this.reason}\n`;
  }
}
