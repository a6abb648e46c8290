/**
 * The parity table (tests/gpu/sae/parity_cases.ts) without a test runner: every pass of every case on this
 * machine's adapter against its float64 twin. One JSON object on stdout, how it goes on stderr; exit code
 * 1 when a pass is further from its twin than float32 allows.
 */
import { checkPasses } from '../../tests/gpu/sae/check_passes';
import { parityCases } from '../../tests/gpu/sae/parity_cases';
import { openMachine } from '../machine';

interface CaseResult {
  readonly name: string;
  readonly seconds: number;
  /** Errors as shares of what float32 sums may make, pass by pass; absent when the case broke off. */
  readonly passes?: readonly {
    readonly pass: string;
    readonly kernel: string;
    readonly ratio: number;
  }[];
  readonly failure?: string;
}

const { device, machine } = await openMachine();
const results: CaseResult[] = [];
for (const [name, test] of Object.entries(parityCases)) {
  const begin = performance.now();
  const seconds = () => (performance.now() - begin) / 1000;
  try {
    const passes = await checkPasses(device, test);
    const wrong = passes.filter(({ ratio }) => !(ratio <= 1));
    const failure = wrong.map(({ pass, place }) => `${pass}: ${place}`).join('; ');
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
