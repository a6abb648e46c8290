/**
 * The parity tables without a test runner: every pass of a training step (tests/gpu/sae/parity_cases.ts) and
 * of a language model (tests/gpu/lm/forward_cases.ts) on this machine's adapter against its float64 twin. One
 * JSON object on stdout, how it goes on stderr; exit code 1 when a pass is further from its twin than float32
 * allows. Passes of the family `quads` are left out where the adapter has no subgroups.
 */
import { checkPasses as checkModelPasses } from '../../tests/gpu/lm/check_passes';
import { passCases } from '../../tests/gpu/lm/forward_cases';
import { checkPasses } from '../../tests/gpu/sae/check_passes';
import { parityCases } from '../../tests/gpu/sae/parity_cases';
import { openMachine } from '../machine';

/** An error as a share of what float32 sums may make. */
interface PassResult {
  readonly pass: string;
  readonly kernel: string;
  readonly ratio: number;
  /** The number that is furthest off, where it is known. */
  readonly place?: string;
}

interface CaseResult {
  readonly name: string;
  readonly seconds: number;
  /** Pass by pass; absent when the case broke off. */
  readonly passes?: readonly PassResult[];
  readonly failure?: string;
}

const { device, machine } = await openMachine();
const cases: [name: string, run: () => Promise<readonly PassResult[]>][] = [
  ...Object.entries(parityCases).map(([name, test]): (typeof cases)[number] => [
    name,
    () => checkPasses(device, test),
  ]),
  ...passCases
    .filter(({ family }) => family !== 'quads' || device.features.has('subgroups'))
    .map((test): (typeof cases)[number] => [
      `language model: ${test.family}, ${test.name}, ${test.format}`,
      () => checkModelPasses(device, test),
    ]),
];
const results: CaseResult[] = [];
for (const [name, run] of cases) {
  const begin = performance.now();
  const seconds = () => (performance.now() - begin) / 1000;
  try {
    const passes = await run();
    const wrong = passes.filter(({ ratio }) => !(ratio <= 1));
    const failure = wrong.map(({ pass, ratio, place }) => `${pass}: ${place ?? ratio}`).join('; ');
    results.push({ name, seconds: seconds(), passes, ...(failure === '' ? {} : { failure }) });
  } catch (error) {
    const failure = error instanceof Error ? error.message : String(error);
    results.push({ name, seconds: seconds(), failure });
  }
  const last = results.at(-1);
  process.stderr.write(
    `${last?.failure === undefined ? 'ok  ' : 'FAIL'} ${name} ${last?.failure ?? ''}\n`,
  );
}
const ratios = results.flatMap(({ passes }) => passes ?? []).map(({ ratio }) => ratio);
const failed = results.filter(({ failure }) => failure !== undefined).length;
const report = {
  machine,
  passed: results.length - failed,
  failed,
  passes: ratios.length,
  worstRatio: Math.max(0, ...ratios),
  results,
};
process.stdout.write(`${JSON.stringify(report, null, 2)}\n`, () =>
  process.exit(failed === 0 ? 0 : 1),
);
