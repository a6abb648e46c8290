/** A step at which a test interrupts a run: another one every time, and the same one again when it is asked for. */
import { RandomDraws } from '../../src/base/random';

/**
 * A step from `first` to before `end`. `TEST_SEED` in the environment sets the seed; it is printed, so that a failure can be had
 * again.
 */
export function interruptedStep(first: number, end: number): number {
  const given = process.env['TEST_SEED'];
  const seed = given === undefined ? Date.now() % 1_000_000 : Number(given);
  const step = first + Math.floor(new RandomDraws(seed, 0).uniform(0) * (end - first));
  console.log(`Interrupted at step ${step} (TEST_SEED=${seed})`);
  return step;
}
