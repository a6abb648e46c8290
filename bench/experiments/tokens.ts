/**
 * Rows of training as a cost: after which share of a run's rows a model explains as much as another one of the same seed
 * does at its end. Explained variance is that of the batches as they were logged, three records at a time; the learning
 * rate falls at the end of a run, so that most is gained there.
 */
import { summarize, type Logged, type Result, type Summary } from './collect';
import { frontierOf } from './rate';

/** Records that are averaged. */
const WINDOW = 3;

/** What was logged of a model, averaged over WINDOW records up to each. */
export function readProgress({ logged }: Pick<Result, 'logged'>): readonly Logged[] {
  return logged.slice(WINDOW - 1).map(({ rows }, index) => {
    const window = logged.slice(index, index + WINDOW);
    return { rows, explained: window.reduce((sum, each) => sum + each.explained, 0) / WINDOW };
  });
}

/** The share of its rows after which a model stays at a goal or above; null when it ends below. */
export function shareToReach(progress: readonly Logged[], goal: number): number | null {
  const below = progress.findLastIndex(({ explained }) => explained < goal);
  const reached = progress[below + 1];
  const last = progress.at(-1);
  return reached === undefined || last === undefined ? null : reached.rows / last.rows;
}

/** A model against TopK of its width, with as many columns active, over seeds. */
export interface TokenCost {
  readonly label: string;
  readonly seeds: number;
  /** Share of its rows at which it explains what TopK does at its end; of `reaches` seeds. */
  readonly own: Summary | null;
  readonly reaches: number;
  /** Share of its rows at which TopK explains what the model does at its end; of `reached` seeds. */
  readonly topk: Summary | null;
  readonly reached: number;
}

/** Every model but those of TopK's frontier, in the order of the results. */
export function compareTokens(results: readonly Result[]): readonly TokenCost[] {
  const labels = [...new Set(results.map(({ arm }) => arm))];
  return labels.flatMap((label) => {
    const frontier = frontierOf(label);
    if (frontier.test(label)) return [];
    const pairs = results.flatMap((result) => {
      if (result.arm !== label) return [];
      const other = results.find(
        ({ arm, seed }) => seed === result.seed && frontier.test(arm) && !/-k\d+/.test(arm),
      );
      if (other === undefined || result.logged.length === 0 || other.logged.length === 0) return [];
      return [{ own: readProgress(result), topk: readProgress(other) }];
    });
    const final = (progress: readonly Logged[]) => progress.at(-1)?.explained ?? Infinity;
    const own = pairs.flatMap((pair) => shareToReach(pair.own, final(pair.topk)) ?? []);
    const topk = pairs.flatMap((pair) => shareToReach(pair.topk, final(pair.own)) ?? []);
    if (pairs.length === 0) return [];
    return [
      {
        label,
        seeds: pairs.length,
        own: summarize(own, 'smallest'),
        reaches: own.length,
        topk: summarize(topk, 'smallest'),
        reached: topk.length,
      },
    ];
  });
}

/** The table in Markdown; empty while no model has TopK beside it. */
export function tokenTable(results: readonly Result[]): string {
  const found = compareTokens(results);
  if (found.length === 0) return '';
  const head = ['arm', 'seeds', 'its rows to TopK’s end', 'TopK’s rows to its end'];
  const cell = (summary: Summary | null, count: number, seeds: number): string => {
    if (summary === null) return 'never';
    const half = summary.half === null ? '' : ` ± ${summary.half.toFixed(2)}`;
    return `${summary.mean.toFixed(2)}${half}${count < seeds ? ` of ${count}` : ''}`;
  };
  const rows = found.map(({ label, seeds, own, reaches, topk, reached }) => [
    label,
    String(seeds),
    cell(own, reaches, seeds),
    cell(topk, reached, seeds),
  ]);
  return [head, head.map(() => '---'), ...rows]
    .map((cells) => `| ${cells.join(' | ')} |\n`)
    .join('');
}
