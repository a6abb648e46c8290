/**
 * The benchmark: `npm run bench -- [--json] [--only steps|passes|lm|page] [--workload NAME]`. Our step
 * against a dense one of our own and against jax-js, the cost of each pass, the language model against
 * jax-js, and what the page weighs. Workloads are those of workload.ts; without a name, small and gpt2. With
 * --json one object on stdout, else a short table; how it goes on stderr. Exit code 1 when two
 * implementations that should do the same do not.
 */
import { parseArgs } from 'node:util';
import { chooseVariant } from '../src/lab/encode/choose_variant';
import type { KernelVariant } from '../src/sae/layout';
import { agrees, compareFirstStep, compareLosses } from './agreement';
import { denseStep } from './dense_step';
import type { GpuStep } from './gpu_step';
import { jaxStep } from './jax_step';
import { measureLanguageModel } from './language_model/measure_language_model';
import { load, openMachine } from './machine';
import { comparePairs } from './measure';
import type { PageReport } from './page/measure_page';
import { measurePasses, type PassReport } from './passes';
import type { BenchReport, ShapeReport } from './report';
import { sparseStep } from './sparse_step';
import { tableOf } from './table';
import { shapes, usualShapes, workloadOf, type ShapeName } from './workload';

/**
 * Wall time of one timing (a step that takes longer is timed once a turn), and the time after which no
 * comparison begins another pair. A GPU's step takes a hundredth of a processor's and varies less.
 */
const budgets = {
  software: { stepMs: 1000, passMs: 200, limitMs: 120_000 },
  gpu: { stepMs: 300, passMs: 40, limitMs: 15_000 },
};
const PAIRS = 9;
/** jax-js may take a hundred times as long, so it gets fewer turns. */
const JAX_PAIRS = 5;
const TRAINING_SECONDS = 15;
/** Largest relative difference of losses: float32 sums in another order, some thousand terms. */
const LOSS_TOLERANCE = 1e-3;
/** From the second step on, losses depend on the gradients of the steps before. */
const LOSS_STEPS = 3;

const PARTS = ['steps', 'passes', 'lm', 'page'] as const;

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

function readArguments() {
  const { values } = parseArgs({
    options: {
      json: { type: 'boolean', default: false },
      only: { type: 'string' },
      workload: { type: 'string' },
    },
  });
  const parts = PARTS.filter((part) => values.only === undefined || values.only === part);
  const named = Object.keys(shapes).filter((name): name is ShapeName => name === values.workload);
  const workloads = values.workload === undefined ? usualShapes : named;
  if (parts.length === 0 || workloads.length === 0) {
    say(
      `Usage: npm run bench -- [--json] [--only ${PARTS.join('|')}] [--workload ${Object.keys(shapes).join('|')}]`,
    );
    process.exit(2);
  }
  return { json: values.json, parts, workloads };
}

const { json, parts, workloads } = readArguments();
const { gpu, device, machine } = await openMachine();
say(`${machine.adapter}: ${machine.driver}`);
const budget = machine.software ? budgets.software : budgets.gpu;

async function measureShape(name: ShapeName, variant: KernelVariant): Promise<ShapeReport> {
  const { groups, slots } = shapes[name];
  return {
    name,
    shape: workloadOf(shapes[name]).name,
    variant,
    activeShare: slots / groups,
    steps: parts.includes('steps') ? await measureSteps(name, variant) : undefined,
    passes: parts.includes('passes') ? await measureEachPass(name, variant) : undefined,
  };
}

async function measureEachPass(name: ShapeName, variant: KernelVariant): Promise<PassReport> {
  const workload = workloadOf(shapes[name]);
  say(`${workload.name}: pass by pass`);
  const sparse = await sparseStep(device, workload, variant);
  const dense = await denseStep(device, workload, variant);
  const report = await measurePasses(device, sparse, dense, budget.passMs, machine.software);
  sparse.destroy();
  dense.destroy();
  return report;
}

async function measureSteps(name: ShapeName, variant: KernelVariant) {
  const workload = workloadOf(shapes[name]);
  say(`${workload.name}: compiling`);
  const before = load();
  const sparse = await sparseStep(device, workload, variant);
  const dense = await denseStep(device, workload, variant);
  const agreement = await compareFirstStep(sparse, dense);
  if (!agrees(agreement))
    fail(`Our step and the dense step disagree: ${JSON.stringify(agreement)}`);
  say(`${workload.name}: ours against our own dense step`);
  const againstDense = await comparePairs(sparse, dense, PAIRS, budget.stepMs, budget.limitMs);
  dense.destroy();

  const jax =
    machine.software && name !== 'small' ? undefined : await measureJax(sparse, name, variant);
  sparse.destroy();
  return { agreement, againstDense, jax, load: [before, load()] as const };
}

/** jax-js has no penalty, so losses are compared with ours at λ = 0; timed is ours with the penalty. */
async function measureJax(sparse: GpuStep, name: ShapeName, variant: KernelVariant) {
  const workload = workloadOf(shapes[name]);
  say(`${workload.name}: ours against jax-js`);
  const plain = await sparseStep(device, workloadOf(shapes[name], 0), variant);
  const jax = await jaxStep(gpu, workload);
  const losses = await compareLosses(plain, jax, LOSS_STEPS);
  plain.destroy();
  if (losses.difference > LOSS_TOLERANCE) fail(`jax-js loses otherwise: ${JSON.stringify(losses)}`);
  const timing = await comparePairs(sparse, jax, JAX_PAIRS, budget.stepMs, budget.limitMs);
  jax.destroy();
  return { losses, timing };
}

function fail(message: string): never {
  say(message);
  process.exit(1);
}

/** Loaded only when asked for: it needs a browser and the bundler, which the other parts do without. */
async function measureOwnPage(): Promise<PageReport> {
  say('the page, built and opened in Chromium');
  const { measurePage } = await import('./page/measure_page');
  return measurePage(TRAINING_SECONDS);
}

const reports: ShapeReport[] = [];
if (parts.includes('steps') || parts.includes('passes')) {
  const variant = chooseVariant(device);
  for (const name of workloads) reports.push(await measureShape(name, variant));
}
const report: BenchReport = {
  machine,
  load: load(),
  workloads: reports,
  languageModel: parts.includes('lm')
    ? await measureLanguageModel(gpu, device, machine, budget, say)
    : undefined,
  page: parts.includes('page') ? await measureOwnPage() : undefined,
};
process.stdout.write(json ? `${JSON.stringify(report, null, 2)}\n` : tableOf(report));
// Dawn's and jax-js's devices would keep the process alive.
process.exit(0);
