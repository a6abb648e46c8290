/**
 * A metric explained to people: what it says in a sentence of the page, with formula and source from the one
 * table of formulas, so that no page writes a formula of its own.
 */
import { FORMULAS, type MetricId } from '../../analysis/formulas';
import type { MeasureText } from './Measure';

/** The explanation of a metric; `says` is its meaning in plain words. */
export function explain(id: MetricId, says: string): MeasureText {
  const { formula, unit, source } = FORMULAS[id];
  return {
    text: says,
    formula: unit === '' ? formula : `${formula}   [${unit}]`,
    source: `Source: ${source}`,
  };
}

/** An explanation as one text, where only text can stand (native tooltips, titles of figures). */
export function plainText({ text, formula, source }: MeasureText): string {
  return [text, formula, source].filter((line) => line !== undefined).join('\n');
}
