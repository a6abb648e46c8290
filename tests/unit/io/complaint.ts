/**
 * The LabError that a refusal must give, as `code: message`, for tests that hold refusals against their
 * exact sentence.
 */
import { LabError } from '../../../src/base/lab_error';

/** What `attempt` complains of; fails the test's expectation when it does not, or with no way out. */
export function complaint(attempt: () => unknown): string {
  try {
    attempt();
  } catch (error) {
    if (!(error instanceof LabError)) return `not a LabError: ${String(error)}`;
    if (error.wayOut === '') return 'a LabError without a way out';
    return `${error.code}: ${error.message}`;
  }
  return 'no complaint';
}

/** What a person is told to do when `attempt` is refused. */
export function wayOut(attempt: () => unknown): string {
  try {
    attempt();
  } catch (error) {
    return error instanceof LabError ? error.wayOut : `not a LabError: ${String(error)}`;
  }
  return 'no complaint';
}

/** A fixed sequence of numbers in [0, 1) for property tests (mulberry32). */
export function numberSequence(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
