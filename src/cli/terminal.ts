/**
 * What a command may do to the terminal it runs in. Results go to stdout, everything that is said about
 * the way there to stderr. A test gives its own.
 */
import type { ProgressOutput } from './progress';

export interface Terminal extends ProgressOutput {
  /** A result. `write` of ProgressOutput is for messages. */
  result(text: string): void;
  /**
   * Calls `listener` on the first Ctrl-C or request to end, until the returned function is called; the
   * second one ends the process at once, as the first does while nobody listens.
   */
  onInterrupt(listener: () => void): () => void;
}

/** Signals that ask a process to end, and the number by which its exit code tells which. */
const SIGNALS = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;

/** The terminal of this process. */
export function processTerminal(): Terminal {
  let listener: (() => void) | null = null;
  for (const [name, number] of Object.entries(SIGNALS)) {
    // Leaving by ourselves rather than being ended lets unfinished files be removed (leavings.ts).
    process.on(name, () => {
      if (listener === null) process.exit(128 + number);
      const first = listener;
      listener = null;
      first();
    });
  }
  return {
    isTTY: process.stderr.isTTY,
    get columns() {
      // A terminal that does not know its width says 0.
      return process.stderr.isTTY && process.stderr.columns > 0 ? process.stderr.columns : 80;
    },
    now: () => performance.now(),
    write: (text) => void process.stderr.write(text),
    result: (text) => void process.stdout.write(text),
    onInterrupt: (given) => {
      listener = given;
      return () => {
        if (listener === given) listener = null;
      };
    },
  };
}
