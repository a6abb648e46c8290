/**
 * The three kinds of test. `unit` and `unit_page` need nothing but a CPU; `gpu` needs WebGPU in Node; `e2e` needs
 * Chromium. GPU and end-to-end files run each in a process of its own: a lost device or a crashed driver
 * must not take other files down with it. Vitest kills a worker process that does not leave by itself,
 * which Dawn's native threads can cause. GPU files run two at a time: a software adapter compiles on one
 * core, and compiling is most of what they do. End-to-end files run one after the other: Chromium keeps
 * every core busy.
 */
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { GPU_LIMIT_MS, POLL_LIMIT_MS, UNIT_LIMIT_MS } from './scripts/limits.mjs';

const oneProcessPerFile = { pool: 'forks', isolate: true } as const;
/** A test may take so long, and so may a hook, and a condition that is asked for again and again. */
const limits = (ms: number) => ({
  testTimeout: ms,
  hookTimeout: ms,
  expect: { poll: { timeout: POLL_LIMIT_MS } },
});
/** By default Vitest leaves one core alone, which halves what a machine of two can do. */
const everyCore = { maxWorkers: '100%', ...limits(UNIT_LIMIT_MS) } as const;
const page = ['tests/unit/{state,ui,ui_*}/**/*.test.{ts,tsx}'];

/** The GPU files that take longest on a software adapter. */
const LONG =
  /gpu\/(lm\/(passes|generator|forward|stories)|sae\/(compile|parity)|bench_agreement)\./;

/**
 * Starts long files first, so that none is left over at the end with the other worker idle. In a fresh clone
 * Vitest knows no durations and goes by the size of a file, but these are short texts over tables of cases.
 */
class LongFilesFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification): boolean => LONG.test(moduleId);
    const sorted = await super.sort(files);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

export default defineConfig({
  test: {
    sequence: { sequencer: LongFilesFirst },
    projects: [
      {
        test: {
          ...everyCore,
          name: 'unit',
          // Files share the modules of a process, which takes a third of the time. These keep nothing in modules.
          isolate: false,
          unstubGlobals: true,
          include: ['tests/unit/**/*.test.{ts,tsx}'],
          exclude: page,
        },
      },
      {
        test: {
          ...everyCore,
          name: 'unit_page',
          // The page's stores live in modules, so every file has its own. One that renders the page names its document
          // in its first line.
          include: page,
        },
      },
      {
        test: {
          ...oneProcessPerFile,
          name: 'gpu',
          maxWorkers: 2,
          // Projects that run together with different numbers of workers take turns.
          sequence: { groupOrder: 1 },
          include: ['tests/gpu/**/*.test.ts'],
          globalSetup: ['tests/gpu/choose_driver.ts'],
          setupFiles: ['tests/gpu/use_driver.ts'],
          ...limits(GPU_LIMIT_MS),
        },
      },
      {
        test: {
          ...oneProcessPerFile,
          name: 'e2e',
          fileParallelism: false,
          include: ['tests/e2e/**/*.test.ts'],
          globalSetup: ['tests/e2e/serve_page.ts'],
          ...limits(GPU_LIMIT_MS),
        },
      },
    ],
  },
});
