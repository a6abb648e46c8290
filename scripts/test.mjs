/**
 * `npm test`: everything that must hold, in one command, from a fresh clone. Installs what is missing, then
 * runs the stages below in order and stops at the first that fails. Ends with a summary and a last line
 * "N passed, N failed" that counts the tests of all stages that ran.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensureChromium, ensureVulkanDriver } from './provision.mjs';
import {
  installDependencies,
  npmCommand,
  projectRoot,
  reportFailure,
  requireNode,
} from './prerequisites.mjs';
import { countTests } from './count_tests.mjs';

/** A stage that runs longer than this hangs: a native driver can, and nothing inside it would notice. */
const STAGE_LIMIT_MINUTES = 20;

/**
 * @typedef {object} Stage
 * @property {string} title
 * @property {string} script The npm script that the stage runs.
 * @property {boolean} counted Whether the script is a run of Vitest, whose tests are counted.
 */

/** @type {Stage[]} */
const STAGES = [
  { title: 'Type check', script: 'typecheck', counted: false },
  { title: 'Lint', script: 'lint', counted: false },
  { title: 'Format', script: 'format:check', counted: false },
  { title: 'Unit tests', script: 'test:unit', counted: true },
  { title: 'GPU tests', script: 'test:gpu', counted: true },
  { title: 'End-to-end tests', script: 'test:e2e', counted: true },
];

const NO_TESTS = { passed: 0, failed: 0 };

/** @param {string} title */
function heading(title) {
  console.log(`\n── ${title} ${'─'.repeat(Math.max(0, 76 - title.length))}`);
}

/**
 * Runs an npm script in a process group of its own, so that Ctrl-C or the time limit ends all of it.
 * @param {string} script @param {string[]} options @returns {Promise<number>} its exit code
 */
function runScript(script, options) {
  const { command, before, shell } = npmCommand();
  const separate = process.platform !== 'win32';
  const child = spawn(command, [...before, 'run', '--silent', script, '--', ...options], {
    cwd: projectRoot,
    stdio: ['ignore', 'inherit', 'inherit'],
    detached: separate,
    shell,
  });
  /** @param {NodeJS.Signals} signal */
  const end = (signal) => {
    if (child.pid === undefined) return;
    try {
      process.kill(separate ? -child.pid : child.pid, signal);
    } catch {
      // It has ended already.
    }
  };
  return new Promise((resolve) => {
    const limit = setTimeout(() => {
      console.error(`Stopped: not finished after ${STAGE_LIMIT_MINUTES} minutes.`);
      end('SIGKILL');
    }, STAGE_LIMIT_MINUTES * 60_000);
    /** @param {NodeJS.Signals} signal */
    const interrupted = (signal) => {
      end(signal);
      process.exitCode = 130;
    };
    process.on('SIGINT', interrupted);
    process.on('SIGTERM', interrupted);
    /** @param {number} code */
    const finished = (code) => {
      clearTimeout(limit);
      process.off('SIGINT', interrupted);
      process.off('SIGTERM', interrupted);
      resolve(code);
    };
    child.once('error', (error) => {
      console.error(`npm could not be started: ${error.message}`);
      finished(1);
    });
    child.once('exit', (code) => finished(code ?? 1));
  });
}

/**
 * Runs one stage.
 * @param {Stage} stage
 * @returns {Promise<{ ok: boolean, passed: number, failed: number }>}
 */
async function runStage({ script, counted }) {
  if (!counted) return { ok: (await runScript(script, [])) === 0, ...NO_TESTS };
  const report = join(projectRoot, 'out', 'test', `${script.replace(':', '_')}.json`);
  rmSync(report, { force: true });
  mkdirSync(join(projectRoot, 'out', 'test'), { recursive: true });
  const code = await runScript(script, [
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ]);
  // No report: Vitest itself did not get as far as that.
  const counts = existsSync(report) ? countTests(readFileSync(report, 'utf8')) : NO_TESTS;
  return { ok: code === 0, ...counts };
}

/** @param {number} start milliseconds */
function secondsSince(start) {
  return (performance.now() - start) / 1000;
}

async function main() {
  const start = performance.now();
  /** @type {{ title: string, result: string, seconds: number | undefined }[]} */
  const summary = [];
  let passed = 0;
  let failed = 0;
  let allOk = true;

  heading('Prerequisites');
  try {
    requireNode();
    installDependencies();
    console.log(`Chromium: ${await ensureChromium()}`);
    const driver = await ensureVulkanDriver();
    console.log(`WebGPU adapter in Node: ${driver?.adapter ?? 'none'}`);
  } catch (error) {
    reportFailure(error);
    allOk = false;
  }
  summary.push({
    title: 'Prerequisites',
    result: allOk ? 'ok' : 'FAILED',
    seconds: secondsSince(start),
  });

  for (const stage of STAGES) {
    if (!allOk || process.exitCode === 130) {
      summary.push({ title: stage.title, result: 'not run', seconds: undefined });
      continue;
    }
    heading(stage.title);
    const stageStart = performance.now();
    const outcome = await runStage(stage);
    passed += outcome.passed;
    failed += outcome.failed;
    allOk = outcome.ok;
    const seconds = secondsSince(stageStart);
    const result = allOk ? 'ok' : 'FAILED';
    console.log(`${result}, ${seconds.toFixed(1)} s`);
    summary.push({ title: stage.title, result, seconds });
  }

  heading('Summary');
  for (const { title, result, seconds } of summary) {
    const time = seconds === undefined ? '' : `${seconds.toFixed(1)} s`;
    console.log(`${title.padEnd(20)}${result.padEnd(10)}${time.padStart(9)}`);
  }
  console.log(`${'Everything'.padEnd(30)}${`${secondsSince(start).toFixed(1)} s`.padStart(9)}`);
  console.log(`\n${passed} passed, ${failed} failed`);
  if (!allOk) process.exitCode ||= 1;
}

await main();
