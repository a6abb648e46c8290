/**
 * When a run that is kept writes a checkpoint, and which of its older ones go when there are too many. Rules without a
 * clock, a disk or a GPU; docs/decisions/0017 says why these.
 */
import { at } from '../../base/array';

/** Seconds after which one is due, however few steps were taken. */
const EVERY_SECONDS = 30;
/** Seconds after which one is due whatever the last one took: the machine may have slept meanwhile. */
const AT_LEAST_EVERY_SECONDS = 900;
/** The first steps at which one is due: two a decade, as figures with a logarithmic axis want them. */
const FIRST_STEP = 10;
/** Writing takes at most one part in so many of the time. */
const SHARE = 50;
/** Most that a run keeps, and most bytes of them where that leaves the first and the latest. */
const MOST = 12;
const MOST_BYTES = 2 ** 30;
/** The latest, and the one before it in case that is torn. */
const LATEST = 2;

/** The checkpoint before, as far as the rule has to know it. */
export interface CheckpointBefore {
  readonly step: number;
  /** Clock time at which it was begun, in seconds. */
  readonly began: number;
  /** Seconds that copying, hashing and writing it took. */
  readonly took: number;
}

/** Whether a run at `step` writes a checkpoint; `now` is the clock's time in seconds. */
export function isCheckpointDue(step: number, now: number, before: CheckpointBefore): boolean {
  if (step <= before.step) return false;
  const passed = now - before.began;
  if (passed < Math.min(SHARE * before.took, AT_LEAST_EVERY_SECONDS)) return false;
  return passed >= EVERY_SECONDS || step >= earlyStepAfter(before.step);
}

/** The next of 10, 30, 100, 300, … after a step. */
function earlyStepAfter(step: number): number {
  let decade = FIRST_STEP;
  while (3 * decade <= step) decade *= 10;
  return decade > step ? decade : 3 * decade;
}

/** `steps` by their distance from `step` in the logarithm, the nearest first; of two as near the earlier. */
export function nearestCheckpoints(steps: readonly number[], step: number): readonly number[] {
  const distance = (other: number) => Math.abs(Math.log((other + 1) / (step + 1)));
  return steps.toSorted((a, b) => distance(a) - distance(b) || a - b);
}

/**
 * Steps of the checkpoints that go, so that no more than 12 of `bytes` each stay, or of 1 GiB together: each time the one, neither the first nor one of the last two,
 * whose neighbours lie closest together in the logarithm of the step. `steps` rises.
 */
export function thinnedCheckpoints(steps: readonly number[], bytes: number): readonly number[] {
  const most = Math.max(1 + LATEST, Math.min(MOST, Math.floor(MOST_BYTES / bytes)));
  const kept = [...steps];
  const gone: number[] = [];
  while (kept.length > most) {
    const gap = (place: number) => Math.log((at(kept, place + 1) + 1) / (at(kept, place - 1) + 1));
    let least = 1;
    for (let place = 2; place < kept.length - LATEST; place++) {
      if (gap(place) < gap(least)) least = place;
    }
    gone.push(at(kept, least));
    kept.splice(least, 1);
  }
  return gone;
}
