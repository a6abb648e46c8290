/**
 * Says when much more or much less than a tenth of the rows is held out, with the reason: what is measured then stands
 * on few rows, or training does. Documents are held out whole and the same text is always on one side, so a
 * corpus that repeats itself, or of a few documents, can be split in any share. Rows of a file are held out one by one.
 */
import { writeNumber } from '../base/number_text';

/** Shares of held-out rows that are as good as a tenth. */
const USUAL = { from: 0.05, to: 0.2 } as const;

export interface SplitFacts {
  /** What the data are called in a sentence. */
  readonly name: string;
  readonly trainRows: number;
  /** 0 when nothing is held out. */
  readonly heldOutRows: number;
  /** Documents, and how many different texts are among them. */
  readonly documents: number;
  readonly texts: number;
}

/** The warning as a sentence with its way out, null for a split as it should be. */
export function splitWarning(facts: SplitFacts): string | null {
  const { name, trainRows, heldOutRows, documents, texts } = facts;
  const rows = trainRows + heldOutRows;
  const share = heldOutRows / rows;
  if (share >= USUAL.from && share <= USUAL.to) return null;
  const said =
    heldOutRows === 0
      ? nothingHeldOut(name)
      : `${writeNumber(heldOutRows)} of ${writeNumber(rows)} rows of ${name} are held out, ${percent(share)} where a tenth is meant`;
  const repeats = documents - texts;
  if (repeats > 0) {
    return `${said}: ${writeNumber(repeats)} of its ${writeNumber(documents)} documents repeat another, and the same text stays on one side. Give each text once.`;
  }
  const few = documents === 1 ? 'it is one document' : `it has ${writeNumber(documents)} documents`;
  return `${said}: ${few}, and each stays whole. Give more text, or documents of one length.`;
}

/** The beginning of a sentence about data of which nothing is held out. */
export function nothingHeldOut(name: string): string {
  return `Nothing of ${name} is held out, so every number is measured on rows that are trained on`;
}

function percent(share: number): string {
  return share < 0.01 ? 'under 1 %' : `${Math.round(100 * share)} %`;
}
