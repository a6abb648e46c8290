/**
 * Prints the tables of docs/one_step.md: `node scripts/run_typescript.mjs scripts/one_step.ts`. Copy them into the
 * page whenever the plan of a step has changed; a test compares.
 */
import { stepTables } from './one_step_tables';

for (const { title, markdown } of stepTables()) {
  process.stdout.write(`### ${title}\n\n${markdown}\n`);
}
