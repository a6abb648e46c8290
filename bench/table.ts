/** The benchmark's result for people: a few lines a part. */
import type { LanguageModelReport } from './language_model/measure_language_model';
import type { BlockPassCost } from './language_model/profile_passes';
import type { PairTiming } from './measure';
import type { PassCost } from './passes';
import type { BenchReport, ShapeReport } from './report';

const ms = (value: number): string => `${value.toPrecision(3)} ms`;

function pairLine({ pairs, ours, theirs, wallRatio, cpuRatio }: PairTiming): string {
  const range = `${wallRatio.min.toFixed(1)} to ${wallRatio.max.toFixed(1)}, ${pairs} pairs`;
  return (
    `  against ${theirs.name}: ${wallRatio.median.toFixed(2)}x (${range}), in CPU time ${cpuRatio.median.toFixed(2)}x` +
    `; a step ${ms(ours.cost.wall)} against ${ms(theirs.cost.wall)}`
  );
}

function passLine({ name, cost, boundMiB }: PassCost): string {
  return `    ${name.padEnd(20)} ${ms(cost.wall).padStart(9)}  CPU ${ms(cost.cpu).padStart(9)}  ${boundMiB.toFixed(1).padStart(7)} MiB bound`;
}

function shapeLines({ shape, variant, steps, passes }: ShapeReport): string[] {
  const lines = ['', `${shape} (${variant} kernels)`];
  if (steps !== undefined) {
    const loads = steps.load.map((value) => value.toFixed(1)).join(' to ');
    lines.push(
      pairLine(steps.againstDense),
      steps.jax === undefined
        ? '  against jax-js: left out, a step would take minutes on this adapter'
        : pairLine(steps.jax.timing),
      `  load ${loads}`,
    );
  }
  if (passes !== undefined) {
    const { encoder } = passes;
    lines.push(
      `  ${passes.dispatches} dispatches per step (${passes.dispatchesWhenLogging} when metrics are read), ${passes.submits} submit, ${passes.stepMiB.toFixed(1)} MiB`,
      ...passes.passes.map(passLine),
      '    own dense step:',
      ...passes.densePasses.map(passLine),
      `  encoder: ${encoder.gflops.wall.toFixed(1)} GFLOP/s (${encoder.gflops.cpu.toFixed(1)} a CPU second), ${(100 * encoder.share).toFixed(0)} % of its inner loop alone (${encoder.peakGflops.wall.toFixed(1)}, ${encoder.peakGflops.cpu.toFixed(1)} a CPU second)`,
    );
  }
  return lines;
}

const thousands = (value: number): string => `${(value / 1000).toPrecision(3)} k`;

function blockPassLine({ name, tile, times, cost, flop }: BlockPassCost): string {
  const rate = flop > 0 ? `${(flop / cost.wall / 1e6).toPrecision(3)} GFLOP/s` : '';
  return `    ${name.padEnd(22)} ${times} × ${ms(cost.wall).padStart(9)}  CPU ${ms(cost.cpu).padStart(9)}  ${rate.padStart(16)}  ${tile ?? ''}`.trimEnd();
}

function languageModelLines({
  model,
  forwards,
  profile,
  generation,
}: LanguageModelReport): string[] {
  return [
    '',
    model,
    ...forwards.flatMap(({ until, sequences, positions, flop, timing, tokensPerSecond }) => [
      `  ${sequences} × ${positions} tokens until ${until === 'logits' ? until : `block ${until}`}: ${thousands(tokensPerSecond.ours)} tokens/s, ${(flop / timing.ours.cost.wall / 1e6).toPrecision(3)} GFLOP/s`,
      pairLine(timing),
    ]),
    `  pass by pass, ${profile.sequences} × ${profile.positions} tokens:`,
    ...profile.passes.map(blockPassLine),
    ...generation.map(
      ({ sequences, length, tokensPerSecond: { median, min, max } }) =>
        `  writes ${sequences} × ${length} tokens: ${thousands(median)} tokens/s (${thousands(min)} to ${thousands(max)})`,
    ),
  ];
}

/** The report as text, with a newline at the end. */
export function tableOf({ machine, load, workloads, languageModel, page }: BenchReport): string {
  const lines = [
    `${machine.adapter} | ${machine.driver} | ${machine.cpu}, ${machine.cores} cores`,
    `${machine.date} | commit ${machine.commit} | load ${load.toFixed(1)}`,
    ...workloads.flatMap(shapeLines),
    ...(languageModel === undefined ? [] : languageModelLines(languageModel)),
  ];
  if (page !== undefined) {
    lines.push(
      '',
      `page in ${page.browser}: ${page.codeKB.toFixed(0)} kB of code gzipped, ${page.firstLoadKB.toFixed(0)} kB of it for the first page, first paint ${page.firstContentfulPaintMs.toFixed(0)} ms`,
      `  longest main-thread task in ${page.trainedSeconds} s of training: ${ms(page.longestTaskMs)} (CPU ${ms(page.longestTaskCpuMs)}); ${page.longTasks} of 50 ms or more`,
    );
  }
  return `${lines.join('\n')}\n`;
}
