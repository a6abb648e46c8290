/**
 * Pair-wise timing: two programs take turns (A B A B …), and the ratio is formed within each pair, so
 * that a machine that slows down half-way slows both. Wall time is what a person waits for; the CPU time
 * of this process is what a software adapter costs whatever else the machine is doing. Knows no GPU.
 */
import { at } from '../src/base/array';

/** Something whose runs can be timed; a run of n resolves when all n are done. */
export interface Repeatable {
  readonly name: string;
  run(times: number): Promise<void>;
}

/** Milliseconds since some fixed moment. */
export interface Clock {
  wall(): number;
  /** CPU time that this process has used, all threads, user and system. */
  cpu(): number;
}

export const processClock: Clock = {
  wall: () => performance.now(),
  cpu: () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  },
};

export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** Milliseconds. */
export interface Cost {
  readonly wall: number;
  readonly cpu: number;
}

export interface Timing {
  readonly name: string;
  /** Runs in one timing. */
  readonly runs: number;
  /** Median cost of one run. */
  readonly cost: Cost;
}

export interface PairTiming {
  readonly pairs: number;
  readonly ours: Timing;
  readonly theirs: Timing;
  /** theirs / ours within each pair: how many times faster we are. */
  readonly wallRatio: Spread;
  readonly cpuRatio: Spread;
}

/** Median (mean of the middle two), least and greatest of at least one number. */
export function spread(values: readonly number[]): Spread {
  if (values.length === 0) throw new RangeError('no values');
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const median =
    sorted.length % 2 === 1
      ? at(sorted, middle)
      : (at(sorted, middle - 1) + at(sorted, middle)) / 2;
  return { median, min: at(sorted, 0), max: at(sorted, sorted.length - 1) };
}

/** Cost of one run, timed over `runs` of them. */
export async function costOf(program: Repeatable, runs: number, clock: Clock): Promise<Cost> {
  const wall = clock.wall();
  const cpu = clock.cpu();
  await program.run(runs);
  return { wall: (clock.wall() - wall) / runs, cpu: (clock.cpu() - cpu) / runs };
}

/** Warms a program up and says how many runs fill `budgetMs`; at least 1. */
export async function runsThatFill(
  program: Repeatable,
  budgetMs: number,
  clock: Clock,
): Promise<number> {
  await program.run(1);
  const { wall } = await costOf(program, 1, clock);
  return Math.min(1000, Math.max(1, Math.round(budgetMs / Math.max(wall, 0.01))));
}

/**
 * Times two programs in turns, each for about `budgetMs` a turn; begins no pair after `limitMs` but takes
 * at least one.
 */
export async function comparePairs(
  ours: Repeatable,
  theirs: Repeatable,
  pairs: number,
  budgetMs: number,
  limitMs: number,
  clock: Clock = processClock,
): Promise<PairTiming> {
  const begin = clock.wall();
  const ourRuns = await runsThatFill(ours, budgetMs, clock);
  const theirRuns = await runsThatFill(theirs, budgetMs, clock);
  const costs: { ours: Cost; theirs: Cost }[] = [];
  while (costs.length < pairs && (costs.length === 0 || clock.wall() - begin < limitMs)) {
    costs.push({
      ours: await costOf(ours, ourRuns, clock),
      theirs: await costOf(theirs, theirRuns, clock),
    });
  }
  const timing = (name: string, runs: number, side: 'ours' | 'theirs'): Timing => ({
    name,
    runs,
    cost: {
      wall: spread(costs.map((cost) => cost[side].wall)).median,
      cpu: spread(costs.map((cost) => cost[side].cpu)).median,
    },
  });
  return {
    pairs: costs.length,
    ours: timing(ours.name, ourRuns, 'ours'),
    theirs: timing(theirs.name, theirRuns, 'theirs'),
    wallRatio: spread(costs.map((cost) => cost.theirs.wall / cost.ours.wall)),
    cpuRatio: spread(costs.map((cost) => cost.theirs.cpu / cost.ours.cpu)),
  };
}
