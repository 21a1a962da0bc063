/** The picture at the beginning of a log; test suites look for the process id in it. */

export function logoOf(release: string, mode: string, port: number, pid: number): string {
  return `
        .--------------.
      .'  .----------.  '.      Redis ${release} (00000000/0) 64 bit
     /   /  node of   \\   \\
    |   |   redis-     |   |    Running in ${mode} mode
    |   |   test-      |   |    Port: ${port}
     \\   \\  cluster   /   /     PID: ${pid}
      '.  '----------'  .'
        '--------------'

`;
}
