/**
 * Trains the runs of an experiment one after another, beside other work, and writes what it found:
 *
 *   node scripts/run_typescript.mjs bench/experiments/main.ts NAME --out DIR [--record FILE.csv] [--seeds 0,1,2] [--only ARM …]
 *   node scripts/run_typescript.mjs bench/experiments/main.ts NAME --out DIR [--record FILE.csv] --collect
 *
 * Run it from the root of the project. Called again it skips what is finished and goes on with what was interrupted;
 * Ctrl-C saves the state of the run that trains. In DIR lie <arm>/<seed>.json (the run file), <arm>/<seed>.log and
 * <arm>/<seed>/ (what `lab train` writes), and NAME.md and NAME.csv of all that is finished; where bits are measured also
 * NAME-costs.md and NAME-bits.svg, which compare models at equal bits and rows. With --record what that file has from an
 * earlier time is not trained again, and what is new is added to it: delete the lines of an arm that has changed. A seed 3-1 is seed 3 of the weights and 1 of made
 * data. With --rows FILE.npy runs on a language model train on rows that were harvested before, of which single rows are
 * held out and not whole documents. Exits with 1 when a run failed.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { markdownTable, readResults, SPLICE_FILE, type Result } from './collect';
import { modelsOf, readSeeds, type Experiment } from './experiment';
import { experiments, isExperiment } from './experiments';
import { ratePicture } from './picture';
import { queueOf, workThrough } from './queue';
import { rateTables } from './rate';
import { joinResults, readRecord, recordText } from './record';
import { tokenTable } from './tokens';
import { spliceModels, trainRun } from './train';

const { values, positionals } = parseArgs({
  options: {
    out: { type: 'string' },
    seeds: { type: 'string', default: '0,1,2' },
    only: { type: 'string', multiple: true },
    record: { type: 'string' },
    rows: { type: 'string' },
    collect: { type: 'boolean', default: false },
  },
  allowPositionals: true,
});
const [name = ''] = positionals;
if (!isExperiment(name) || values.out === undefined) {
  throw new Error(
    `Name an experiment (${Object.keys(experiments).join(', ')}) and give --out DIR.`,
  );
}
const asked: Experiment = experiments[name];
const experiment = values.rows === undefined ? asked : onRows(asked, resolve(values.rows));
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

/** What the record has. */
function earlier(): readonly Result[] {
  return values.record === undefined ? [] : readRecord(experiment, values.record);
}

let failed = false;
if (!values.collect) {
  const interrupted = new AbortController();
  const stop = () => {
    interrupted.abort();
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
  const known = earlier();
  const queue = queueOf(experiment, readSeeds(values.seeds), out, values.only).filter(
    ({ models, seed }) =>
      !models.every(({ label }) => known.some((has) => has.arm === label && has.seed === seed)),
  );
  const outcomes = await workThrough(queue, {
    train: (run, resume) => trainRun(run, resume, experiment),
    tell: (line) => {
      console.log(line);
    },
    stopped: () => interrupted.signal.aborted,
  });
  const count = (which: string) => outcomes.filter((outcome) => outcome === which).length;
  console.log(
    ['trained', 'skipped', 'failed', 'stopped']
      .map((which) => `${count(which)} ${which}`)
      .join(', '),
  );
  failed = count('failed') > 0;
  for (const [place, folders] of unspliced(readResults(experiment, out))) {
    if (interrupted.signal.aborted) break;
    console.log(`splice ${folders.join(', ')}`);
    await spliceModels(place, folders);
  }
}

/** Folders of models that are to be spliced and have not been, by the folder that they lie in: that of a run of several. */
function unspliced(results: readonly Result[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const { arm, folder } of results) {
    const wanted = experiment.spliced?.includes(arm) ?? false;
    if (!wanted || folder === null || existsSync(join(folder, SPLICE_FILE))) continue;
    const place = dirname(folder);
    found.set(place, [...(found.get(place) ?? []), folder]);
  }
  return found;
}

const labels = experiment.arms.flatMap(modelsOf).map(({ label }) => label);
// Read anew: another queue may have added to the record in the meantime.
const results = joinResults(labels, earlier(), readResults(experiment, out));
mkdirSync(out, { recursive: true });
writeFileSync(values.record ?? join(out, `${name}.csv`), recordText(experiment, results));
const table = markdownTable(experiment, results);
writeFileSync(join(out, `${name}.md`), table);
console.log(`\n${table}`);
if (experiment.bits) {
  writeFileSync(join(out, `${name}-costs.md`), `${rateTables(results)}\n${tokenTable(results)}`);
  const picture = ratePicture(experiment.title, results);
  if (picture !== null) writeFileSync(join(out, `${name}-bits.svg`), picture);
}
process.exitCode = failed ? 1 : 0;
