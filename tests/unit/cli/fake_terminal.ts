/** A terminal that keeps what is written to it, with a clock that the test sets. */
import type { Terminal } from '../../../src/cli/terminal';

export interface FakeTerminal extends Terminal {
  isTTY: boolean;
  columns: number;
  /** What went to stderr and to stdout. */
  readonly messages: string[];
  readonly results: string[];
  /** Milliseconds that `now` gives. */
  time: number;
  /** Sends Ctrl-C. */
  interrupt(): void;
}

export function fakeTerminal(): FakeTerminal {
  let listener: (() => void) | null = null;
  const terminal: FakeTerminal = {
    isTTY: false,
    columns: 80,
    messages: [],
    results: [],
    time: 0,
    now: () => terminal.time,
    write: (text) => void terminal.messages.push(text),
    result: (text) => void terminal.results.push(text),
    onInterrupt: (given) => {
      listener = given;
      return () => {
        listener = null;
      };
    },
    interrupt: () => listener?.(),
  };
  return terminal;
}
