/**
 * Writes what docs repeat of the program: the JSON Schema of the run file, its tables of settings, the passes of a step,
 * and the tables and figures of results, which experiments have recorded. `npm run docs`, whenever a setting, the plan of a step or a
 * record has changed; tests compare.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import { publishedMarkdown, publishedPictures } from '../bench/experiments/published';
import { withTables } from '../bench/experiments/result_tables';
import { runJsonSchema, settingsTables } from '../src/lab/run/run_schema';
import { stepTables } from './one_step_tables';

/** Writes a file of docs as Prettier lays it out. */
async function write(path: string, text: string): Promise<void> {
  writeFileSync(path, await format(text, { ...(await resolveConfig(path)), filepath: path }));
}

/** A page with the first table below the heading that begins so replaced. */
function withTable(page: string, heading: string, table: string): string {
  const lines = page.split('\n');
  const from = lines.findIndex((line) => line.startsWith(heading));
  const start = lines.findIndex((line, index) => index > from && line.startsWith('|'));
  const end = lines.findIndex((line, index) => index > start && !line.startsWith('|'));
  if (from === -1 || start === -1 || end === -1) throw new Error(`no table below "${heading}"`);
  return [...lines.slice(0, start), table.trimEnd(), ...lines.slice(end)].join('\n');
}

await write('docs/run-file.schema.json', JSON.stringify(runJsonSchema(), null, 2));
await write(
  'docs/run-file.md',
  settingsTables().reduce(
    (page, { section, markdown }) => withTable(page, `### \`${section}\``, markdown),
    readFileSync('docs/run-file.md', 'utf8'),
  ),
);
await write(
  'docs/one_step.md',
  stepTables().reduce(
    (page, { title, markdown }) => withTable(page, `### ${title}`, markdown),
    readFileSync('docs/one_step.md', 'utf8'),
  ),
);
const records = 'docs/results/experiments';
await write(
  'docs/results/README.md',
  withTables(readFileSync('docs/results/README.md', 'utf8'), publishedMarkdown(records)),
);
for (const [name, picture] of Object.entries(publishedPictures(records))) {
  writeFileSync(`docs/images/${name}`, picture);
}
