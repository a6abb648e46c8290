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
   * second one ends the process at once.
   */
  onInterrupt(listener: () => void): () => void;
}

/** The terminal of this process. */
export function processTerminal(): Terminal {
  return {
    isTTY: process.stderr.isTTY,
    get columns() {
      // A terminal that does not know its width says 0.
      return process.stderr.isTTY && process.stderr.columns > 0 ? process.stderr.columns : 80;
    },
    now: () => performance.now(),
    write: (text) => void process.stderr.write(text),
    result: (text) => void process.stdout.write(text),
    onInterrupt: (listener) => {
      let asked = false;
      const onSignal = (): void => {
        if (asked) process.exit(1);
        asked = true;
        listener();
      };
      process.on('SIGINT', onSignal);
      process.on('SIGTERM', onSignal);
      return () => {
        process.off('SIGINT', onSignal);
        process.off('SIGTERM', onSignal);
      };
    },
  };
}
