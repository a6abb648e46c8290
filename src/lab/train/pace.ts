/**
 * How fast a run goes: keeps its time, sets how many steps the next submit should hold, and says rows per
 * second lately. Knows no step.
 */
import { at } from '../../base/array';

/** Aim for the length of one submit: short enough to stay responsive, long enough to hide its cost. */
const SUBMIT_MS = 40;
/** Seconds over which rows per second are averaged: rows may be made in bursts. */
const RATE_SECONDS = 3;
/** Steps and seconds below which a rate says nothing. */
const LEAST_RATE = { steps: 3, seconds: 0.5 };
/** Submits that a loop has in flight: the first so many cost no time when they are made, so none is counted. */
const IN_FLIGHT = 2;

/**
 * A stretch of so many milliseconds, and so many times as long as its steps took lately, is no training: the machine slept, or
 * the browser froze the tab.
 */
const ASLEEP_MS = 60_000;
const ASLEEP_TIMES = 20;

export class Pace {
  /** Seconds spent training. */
  seconds = 0;
  private mark = 0;
  /** Milliseconds the last steps took each. */
  private stepMs = Number.POSITIVE_INFINITY;
  /** How far it was how many seconds in, lately. */
  private readonly lately: { readonly seconds: number; readonly taken: number }[] = [];
  /** Submits still to come before as many are in flight as will be. */
  private filling = IN_FLIGHT;

  /** `most`: steps that one submit can hold. */
  constructor(private readonly most: number) {}

  /** Begins to count time, `taken` steps in. */
  begin(taken: number): void {
    this.mark = performance.now();
    this.filling = IN_FLIGHT;
    this.restartRate(taken);
  }

  /** Steps that the next submit should hold. */
  get wanted(): number {
    return Math.max(1, Math.min(this.most, Math.floor(SUBMIT_MS / this.stepMs)));
  }

  /** Counts the time since the last call, in which `count` steps were submitted; `taken` are so far. */
  advance(count: number, taken: number): void {
    const now = performance.now();
    const elapsed = now - this.mark;
    this.mark = now;
    if (elapsed > ASLEEP_MS && elapsed > ASLEEP_TIMES * Math.max(1, count) * this.stepMs) {
      this.restartRate(taken);
      return;
    }
    this.seconds += elapsed / 1000;
    if (count > 0) this.stepMs = Math.max(0.01, elapsed / count);
    if (count > 0 && this.filling > 0) {
      this.filling -= 1;
      this.restartRate(taken);
      return;
    }
    const { lately, seconds } = this;
    lately.push({ seconds, taken });
    while (lately.length > 2 && seconds - at(lately, 1).seconds > RATE_SECONDS) lately.shift();
  }

  /** Steps per second lately; null while there were too few, in too short a time, to say. */
  get stepsPerSecond(): number | null {
    const first = at(this.lately, 0);
    const last = at(this.lately, this.lately.length - 1);
    const steps = last.taken - first.taken;
    const seconds = last.seconds - first.seconds;
    return steps < LEAST_RATE.steps || seconds < LEAST_RATE.seconds ? null : steps / seconds;
  }

  private restartRate(taken: number): void {
    this.lately.splice(0, this.lately.length, { seconds: this.seconds, taken });
  }
}
