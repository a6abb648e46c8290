/**
 * How fast a run goes: keeps its time, sets how many steps the next submit should hold, and says rows per
 * second lately. Knows no step.
 */
import { at } from '../base/array';

/** Aim for the length of one submit: short enough to stay responsive, long enough to hide its cost. */
const SUBMIT_MS = 40;
/** Seconds over which rows per second are averaged: rows may be made in bursts. */
const RATE_SECONDS = 3;

export class Pace {
  /** Seconds spent training. */
  seconds = 0;
  private mark = 0;
  /** Milliseconds the last steps took each. */
  private stepMs = Number.POSITIVE_INFINITY;
  /** How far it was how many seconds in, lately. */
  private readonly lately: { readonly seconds: number; readonly taken: number }[] = [];

  /** `most`: steps that one submit can hold. */
  constructor(private readonly most: number) {}

  /** Begins to count time, `taken` steps in. */
  begin(taken: number): void {
    this.mark = performance.now();
    this.lately.splice(0, this.lately.length, { seconds: this.seconds, taken });
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
    this.seconds += elapsed / 1000;
    if (count > 0) this.stepMs = Math.max(0.01, elapsed / count);
    const { lately, seconds } = this;
    lately.push({ seconds, taken });
    while (lately.length > 2 && seconds - at(lately, 1).seconds > RATE_SECONDS) lately.shift();
  }

  /** Steps per second lately. */
  get stepsPerSecond(): number {
    const first = at(this.lately, 0);
    const last = at(this.lately, this.lately.length - 1);
    return (last.taken - first.taken) / Math.max(1e-6, last.seconds - first.seconds);
  }
}
