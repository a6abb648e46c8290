/** docs/one_step.md has the passes and shapes that the program plans: its tables are those of npm run docs. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { stepTables } from '../../../scripts/one_step_tables';

const page = readFileSync(new URL('../../../docs/one_step.md', import.meta.url), 'utf8');

/** Lines of a text without the spaces and dashes that only make its tables look straight. */
function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.replaceAll(/-{3,}/g, '---').replaceAll(/(?<=\|) +| +(?=\|)/g, ''));
}

describe('docs/one_step.md', () => {
  const lines = linesOf(page);

  it.each(stepTables())('has the table "$title"', ({ title, markdown }) => {
    const heading = lines.indexOf(`### ${title}`);
    expect(heading).toBeGreaterThan(-1);
    const start = lines.findIndex((line, index) => index > heading && line.startsWith('|'));
    const end = lines.findIndex((line, index) => index > start && !line.startsWith('|'));
    expect(lines.slice(start, end)).toEqual(linesOf(markdown.trimEnd()));
  });
});
