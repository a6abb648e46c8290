/**
 * What nobody uses: exported names of src that nothing imports, files that nothing reaches (`npm run unused`, a part
 * of `npm run check`). It runs twice: over everything, where a name that only its own file uses must not be exported;
 * and with `--production` over what is shipped, where code that only tests run must go. Such code stays only where it
 * is named here or tagged `@internal` in its comment, with the reason.
 */
const production = process.argv.includes('--production');

/** Where programs begin, besides the page, which index.html names. */
const PROGRAMS = [
  'src/lab/worker/worker.ts',
  'src/lab/explore/analysis_worker.ts',
  'src/cli/main.ts',
  'bench/**/*.ts',
  'scripts/**/*.{ts,mjs}',
];

/** Float64 twins of the kernels: the lab runs none, and the tests hold every kernel against its own. */
const TWINS = ['src/sae/twin/executor.ts', 'src/lm/{twin,interventions_twin,sampling}.ts'];

/** Rows of tests' tables that lie beside what they are about. */
const CASES = ['src/sae/architectures/*/cases.ts'];

/**
 * Where tests put another engine: the one seam of the page that is theirs alone.
 * @type {Record<string, ('types' | 'exports')[]>}
 */
const SEAMS = { 'src/state/engine_store.ts': ['exports'] };

/** @type {import('knip').KnipConfig} */
export default {
  // The `!` makes it a part of what is shipped.
  entry: [...[...PROGRAMS, ...TWINS, ...CASES].map((path) => `${path}!`), 'tests/**/*.{ts,tsx}'],
  project: ['src/**/*.{ts,tsx}!'],
  include: ['files', 'exports', 'types'],
  ignoreExportsUsedInFile: production,
  ignoreIssues: production ? SEAMS : {},
};
