/**
 * Holds this checkout against another commit: the same run files are trained by both on the same adapter, and the
 * bytes of their weights compared; with --pairs N also their speed, in N interleaved pairs.
 *
 *   node scripts/run_typescript.mjs bench/compare_commits.ts COMMIT [--pairs N] [RUN.json …]
 *
 * Run it from the root of the project. Without run files it trains one of every architecture and option of the objective. Exits with 1 when a byte differs.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { at } from '../src/base/array';
import type { RunInput } from '../src/lab/run/run_config';
import { parseArgs } from 'node:util';
import { interval } from './interval';

const here = process.cwd();
const { values, positionals } = parseArgs({
  options: { pairs: { type: 'string', default: '0' } },
  allowPositionals: true,
});
const [commit, ...files] = positionals;
if (commit === undefined) throw new Error('Name the commit to compare with.');

const folder = mkdtempSync(join(tmpdir(), 'compare-'));
const there = join(folder, 'base');

/** Runs that reach every pass of a step: all options of the objective, ragged sizes, clipping, scales. */
const CASES: Readonly<Record<string, RunInput>> = {
  figure1: run({ kind: 'synthetic', preset: 'figure1' }, 256, 150, [
    sasa({ n_groups: 64, group_rank: 4, k_groups: 1, nuclear_coefficient: 0.003 }),
    { architecture: 'topk', d_sae: 256, k: 4 },
    { architecture: 'standard', d_sae: 256, l1_coefficient: 0.1 },
  ]),
  targets: run({ kind: 'synthetic', preset: 'zoo' }, 96, 40, [
    sasa({ n_groups: 37, nuclear_target: 'decoder', aux_loss: 'preact', name: 'decoder' }),
    sasa({ n_groups: 37, nuclear_target: 'weight_decay', group_rank: 7, name: 'decay' }),
    sasa({ n_groups: 37, normalize_activations: 'expected_average_only_in', name: 'scaled' }),
    sasa({ n_groups: 37, normalize_activations: 'layer_norm', apply_b_dec_to_input: false }),
  ]),
  clipped: run(
    { kind: 'words' },
    200,
    40,
    [sasa({ n_groups: 51 }), { architecture: 'topk', d_sae: 203, k: 33 }],
    {
      max_grad_norm: 0.5,
      weight_decay: 0.01,
      lr_warm_up_steps: 10,
    },
  ),
  words: run({ kind: 'words' }, 512, 60, [
    sasa({ n_groups: 256, k_groups: 4 }),
    { architecture: 'topk', d_sae: 1024, k: 16 },
  ]),
};

type Models = RunInput['models'];
type Sasa = Extract<Models[number], { architecture: 'topk_sasa' }>;

/** A small SASA model with some settings of its own. */
function sasa(settings: Partial<Sasa> & Pick<Sasa, 'n_groups'>): Sasa {
  const strength =
    settings.nuclear_coefficient === undefined ? { nuclear_coefficient_relative: 3.3e-5 } : {};
  return { architecture: 'topk_sasa', group_rank: 4, k_groups: 3, ...strength, ...settings };
}

function run(
  data: RunInput['data'],
  batch: number,
  steps: number,
  models: Models,
  training: Partial<RunInput['training']> = {},
): RunInput {
  return {
    data,
    models,
    training: {
      train_batch_size_samples: batch,
      training_samples: batch * steps,
      log_every: steps,
      ...training,
    },
  };
}

interface Trained {
  /** Of the weights, file by file. */
  readonly hashes: string;
  /** Milliseconds a step. */
  readonly step: number;
}

/** Trains a run file with one checkout. */
function train(checkout: string, config: string, name: string): Trained {
  const out = join(folder, name);
  execFileSync(
    process.execPath,
    ['scripts/run_typescript.mjs', 'src/cli/main.ts', 'train', '--config', config, '--out', out],
    { cwd: checkout, stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const hashes = filesNamed(out, 'sae_weights.safetensors').map((file) => {
    const bytes = readFileSync(join(out, file));
    return `${file} ${createHash('sha256').update(bytes).digest('hex')}`;
  });
  const metrics = readFileSync(join(out, at(filesNamed(out, 'metrics.jsonl'), 0)), 'utf8');
  const { step, 'details/seconds': seconds } = JSON.parse(
    at(metrics.trimEnd().split('\n').slice(-1), 0),
  ) as { readonly step: number; readonly 'details/seconds': number };
  rmSync(out, { recursive: true });
  return { hashes: hashes.join('\n'), step: (1000 * seconds) / step };
}

function filesNamed(folder: string, name: string): readonly string[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return files.filter((file) => file.endsWith(name)).sort();
}

let differ = 0;
try {
  execFileSync('git', ['worktree', 'add', '--detach', '--force', there, commit], { cwd: here });
  symlinkSync(join(here, 'node_modules'), join(there, 'node_modules'));
  const runs =
    files.length > 0
      ? files.map((file): [string, string] => [file, resolve(file)])
      : Object.entries(CASES).map(([name, config]): [string, string] => {
          const file = join(folder, `${name}.json`);
          writeFileSync(file, JSON.stringify(config));
          return [name, file];
        });
  for (const [name, file] of runs) {
    const [before, after] = [train(there, file, 'before'), train(here, file, 'after')];
    const same = before.hashes === after.hashes;
    if (!same) differ += 1;
    console.log(`${name}: weights ${same ? 'byte for byte the same' : 'DIFFER'}`);
    const ratios: number[] = [];
    for (let pair = 0; pair < Number(values.pairs); pair += 1) {
      const order = pair % 2 === 0 ? [there, here] : [here, there];
      const times = order.map((checkout) => train(checkout, file, 'pair').step);
      const [before, after] = pair % 2 === 0 ? times : times.toReversed();
      ratios.push((before ?? NaN) / (after ?? NaN));
    }
    if (ratios.length > 1) {
      const [ratio, low, high] = interval(ratios);
      console.log(
        `${name}: ${ratio} times as fast (95 %: ${low} to ${high}, ${ratios.length} pairs)`,
      );
    }
  }
} finally {
  // Whatever went wrong before is what must be told.
  spawnSync('git', ['worktree', 'remove', '--force', there], { cwd: here });
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = differ === 0 ? 0 : 1;
