/** Which rows a page of diagnostics speaks of, in words: what was not trained on judges, what was describes. */
import type { AnalysedSplit } from '../../lab/protocol/protocol';
import { formatInteger } from '../plots/format';

/** "8192 samples, none of them trained on", "20 000 words, trained on and held out alike". */
export function analysedRowsText(rows: number, split: AnalysedSplit, name: string): string {
  const which = split === 'all' ? 'trained on and held out alike' : 'none of them trained on';
  return `${formatInteger(rows)} ${name}, ${which}`;
}
