/**
 * The three kinds of test. `unit` needs nothing but a CPU; `gpu` needs WebGPU in Node; `e2e` needs
 * Chromium. GPU and end-to-end files run one after the other, each in a process of its own: a software
 * adapter already keeps every core busy, and a lost device or a crashed driver must not take other
 * files down with it. Vitest kills a worker process that does not leave by itself, which Dawn's native
 * threads can cause.
 */
import { defineConfig } from 'vitest/config';

const oneProcessPerFile = { pool: 'forks', isolate: true, fileParallelism: false } as const;

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['tests/unit/**/*.test.{ts,tsx}'],
          testTimeout: 20_000,
        },
      },
      {
        test: {
          ...oneProcessPerFile,
          name: 'gpu',
          include: ['tests/gpu/**/*.test.ts'],
          globalSetup: ['tests/gpu/choose_driver.ts'],
          setupFiles: ['tests/gpu/use_driver.ts'],
          // A software adapter compiles and runs a large kernel in seconds, not milliseconds.
          testTimeout: 120_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          ...oneProcessPerFile,
          name: 'e2e',
          include: ['tests/e2e/**/*.test.ts'],
          globalSetup: ['tests/e2e/serve_page.ts'],
          testTimeout: 180_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
