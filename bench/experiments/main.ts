/**
 * Trains the runs of an experiment one after another, beside other work, and writes what it found:
 *
 *   node scripts/run_typescript.mjs bench/experiments/main.ts NAME --out DIR [--seeds 0,1,2] [--only ARM …]
 *   node scripts/run_typescript.mjs bench/experiments/main.ts NAME --out DIR --collect
 *
 * Run it from the root of the project. Called again it skips what is finished and goes on with what was interrupted;
 * Ctrl-C saves the state of the run that trains. In DIR lie <arm>/<seed>.json (the run file), <arm>/<seed>.log and
 * <arm>/<seed>/ (what `lab train` writes), and NAME.md and NAME.csv of all that is finished; where bits are measured also
 * NAME-costs.md and NAME-bits.svg, which compare models at equal bits and rows. A seed 3-1 is seed 3 of the weights and 1 of made
 * data. With --rows FILE.npy runs on a language model train on rows that were harvested before, of which single rows are
 * held out and not whole documents. Exits with 1 when a run failed.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { csvOf, markdownTable, readResults, SPLICE_FILE } from './collect';
import { readSeeds, type Experiment } from './experiment';
import { ratePicture } from './picture';
import { queueOf, workThrough } from './queue';
import { rateTables } from './rate';
import {
  presetsExperiment,
  storiesExperiment,
  storiesRates,
  wordsExperiment,
  wordsRates,
} from './text';
import { tokenTable } from './tokens';
import { spliceModel, trainRun } from './train';
import { zoo, zooIndependent } from './zoo';

const experiments: Readonly<Record<string, Experiment>> = {
  zoo,
  zoo_independent: zooIndependent,
  words: wordsExperiment,
  stories: storiesExperiment,
  words_lr: wordsRates,
  stories_lr: storiesRates,
  presets: presetsExperiment,
};

const { values, positionals } = parseArgs({
  options: {
    out: { type: 'string' },
    seeds: { type: 'string', default: '0,1,2' },
    only: { type: 'string', multiple: true },
    rows: { type: 'string' },
    collect: { type: 'boolean', default: false },
  },
  allowPositionals: true,
});
const [name = ''] = positionals;
const known = Object.hasOwn(experiments, name) ? experiments[name] : undefined;
if (known === undefined || values.out === undefined) {
  throw new Error(
    `Name an experiment (${Object.keys(experiments).join(', ')}) and give --out DIR.`,
  );
}
const experiment = values.rows === undefined ? known : onRows(known, resolve(values.rows));
const out = resolve(values.out);

/** The same where a language model reads no text, but its rows come from a file. */
function onRows({ arms, ...rest }: Experiment, path: string): Experiment {
  return {
    ...rest,
    arms: arms.map(({ name: arm, run }) => ({
      name: arm,
      run: run.data['kind'] === 'lm' ? { ...run, data: { kind: 'npy', path } } : run,
    })),
  };
}

let failed = false;
if (!values.collect) {
  const asked = new AbortController();
  const stop = () => {
    asked.abort();
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
  const queue = queueOf(experiment, readSeeds(values.seeds), out, values.only);
  const outcomes = await workThrough(queue, {
    train: (run, resume) => trainRun(run, resume, experiment),
    tell: (line) => {
      console.log(line);
    },
    stopped: () => asked.signal.aborted,
  });
  const count = (which: string) => outcomes.filter((outcome) => outcome === which).length;
  console.log(
    ['trained', 'skipped', 'failed', 'stopped']
      .map((which) => `${count(which)} ${which}`)
      .join(', '),
  );
  failed = count('failed') > 0;
  for (const result of readResults(experiment, out)) {
    const wanted = experiment.spliced?.includes(result.arm) ?? false;
    if (asked.signal.aborted || !wanted || existsSync(join(result.folder, SPLICE_FILE))) continue;
    console.log(`splice ${result.arm}/${result.seed}`);
    await spliceModel(result);
  }
}
const results = readResults(experiment, out);
mkdirSync(out, { recursive: true });
writeFileSync(join(out, `${name}.csv`), csvOf(experiment, results));
const table = markdownTable(experiment, results);
writeFileSync(join(out, `${name}.md`), table);
console.log(`\n${table}`);
if (experiment.bits) {
  writeFileSync(join(out, `${name}-costs.md`), `${rateTables(results)}\n${tokenTable(results)}`);
  const picture = ratePicture(experiment.title, results);
  if (picture !== null) writeFileSync(join(out, `${name}-bits.svg`), picture);
}
process.exitCode = failed ? 1 : 0;
