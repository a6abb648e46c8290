/** Labels in a row: words as they are, signs in quotes, so that a comma among them can be told from the commas between. */

const INK = /[\p{L}\p{N}]/u;

export function joinLabels(labels: readonly string[]): string {
  return labels.map((label) => (INK.test(label) ? label : `‘${label}’`)).join(', ');
}
