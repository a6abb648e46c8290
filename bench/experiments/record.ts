/**
 * The record of an experiment: a CSV with a line for every model of every finished run. It holds all that tables and the
 * figure are made of, so that they can be made again where the folders of the runs are gone.
 */
import { existsSync, readFileSync } from 'node:fs';
import type { Logged, Result } from './collect';
import type { Experiment, Measure } from './experiment';

const BEFORE = ['arm', 'seed'];
const AFTER = ['steps', 'seconds', 'logged'];

type Measured = Pick<Experiment, 'measures'>;

export function recordText({ measures }: Measured, results: readonly Result[]): string {
  const lines = results.map(({ arm, seed, values, steps, seconds, logged }) => [
    arm,
    seed,
    ...measures.map(({ path }) => values[path] ?? ''),
    steps ?? '',
    seconds ?? '',
    loggedText(logged),
  ]);
  const head = [...BEFORE, ...measures.map(({ path }) => path), ...AFTER];
  return `${[head, ...lines].map((cells) => cells.join(',')).join('\n')}\n`;
}

/** "51200:0.61235 102400:0.66011": rows and explained variance. */
function loggedText(logged: readonly Logged[]): string {
  return logged.map(({ rows, explained }) => `${rows}:${explained.toFixed(5)}`).join(' ');
}

/** The results in a record; none without the file. Measures that it has no column of are null. */
export function readRecord({ measures }: Measured, path: string): readonly Result[] {
  if (!existsSync(path)) return [];
  const [head = [], ...lines] = readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => line.split(','));
  return lines.map((cells) => {
    const cell = (name: string): string => cells[head.indexOf(name)] ?? '';
    const number = (name: string): number | null => (cell(name) === '' ? null : Number(cell(name)));
    return {
      arm: cell('arm'),
      seed: cell('seed'),
      folder: null,
      values: Object.fromEntries(measures.map(({ path: name }: Measure) => [name, number(name)])),
      steps: number('steps'),
      seconds: number('seconds'),
      logged: cell('logged')
        .split(' ')
        .flatMap((pair) => {
          const [rows = '', explained] = pair.split(':');
          return explained === undefined
            ? []
            : [{ rows: Number(rows), explained: Number(explained) }];
        }),
    };
  });
}

/** Results of earlier and of now, those of now where there are both, in the order of `labels` and of seeds. */
export function joinResults(
  labels: readonly string[],
  earlier: readonly Result[],
  now: readonly Result[],
): readonly Result[] {
  const name = ({ arm, seed }: Result) => `${arm} ${seed}`;
  const all = new Map([...earlier, ...now].map((result) => [name(result), result]));
  const place = ({ arm }: Result) => labels.indexOf(arm);
  return [...all.values()]
    .filter((result) => place(result) !== -1)
    .sort((a, b) => place(a) - place(b) || a.seed.localeCompare(b.seed, 'en', { numeric: true }));
}
