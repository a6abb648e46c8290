/**
 * `npm test`: everything that must hold, in one command, from a fresh clone. Installs what is missing, then
 * runs the stages below and starts no more once one has failed. Ends with a summary and a last line
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

/**
 * Rows run one after the other; the stages of a row run two at a time, since most of them keep one core busy,
 * and what each writes is held back until it ends.
 * @type {Stage[][]}
 */
const ROWS = [
  [
    { title: 'Type check', script: 'typecheck', counted: false },
    { title: 'Lint', script: 'lint', counted: false },
    { title: 'Format', script: 'format:check', counted: false },
    { title: 'Unit tests', script: 'test:unit', counted: true },
  ],
  [{ title: 'GPU tests', script: 'test:gpu', counted: true }],
  [{ title: 'End-to-end tests', script: 'test:e2e', counted: true }],
];

/**
 * @typedef {object} Outcome
 * @property {boolean} ok
 * @property {number} passed
 * @property {number} failed
 * @property {number} seconds
 * @property {Buffer[]} output What the stage wrote, if it was held back.
 */

const NO_TESTS = { passed: 0, failed: 0 };

/** @param {string} title */
function heading(title) {
  console.log(`\n── ${title} ${'─'.repeat(Math.max(0, 76 - title.length))}`);
}

/**
 * Runs an npm script in a process group of its own, so that Ctrl-C or the time limit ends all of it.
 * @param {string} script @param {string[]} options
 * @param {Buffer[] | undefined} output Takes what it writes; undefined to let it write to the terminal.
 * @returns {Promise<number>} its exit code
 */
function runScript(script, options, output) {
  const { command, before, shell } = npmCommand();
  const separate = process.platform !== 'win32';
  const child = spawn(command, [...before, 'run', '--silent', script, '--', ...options], {
    cwd: projectRoot,
    stdio: output ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...(output && process.stdout.isTTY ? { FORCE_COLOR: '1' } : {}) },
    detached: separate,
    shell,
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (/** @type {Buffer} */ chunk) => output?.push(chunk));
  }
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
      console.error(`Stopped: ${script} is not finished after ${STAGE_LIMIT_MINUTES} minutes.`);
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
    // Not 'exit': the last output may come after it.
    child.once('close', (code) => finished(code ?? 1));
  });
}

/**
 * Runs one stage.
 * @param {Stage} stage @param {boolean} heldBack Whether its output waits until it has ended.
 * @returns {Promise<Outcome>}
 */
async function runStage({ script, counted }, heldBack) {
  const start = performance.now();
  /** @type {Buffer[]} */
  const output = [];
  const held = heldBack ? output : undefined;
  if (!counted) {
    const ok = (await runScript(script, [], held)) === 0;
    return { ok, ...NO_TESTS, seconds: secondsSince(start), output };
  }
  const report = join(projectRoot, 'out', 'test', `${script.replace(':', '_')}.json`);
  rmSync(report, { force: true });
  mkdirSync(join(projectRoot, 'out', 'test'), { recursive: true });
  const options = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const ok = (await runScript(script, options, held)) === 0;
  // No report: Vitest itself did not get as far as that.
  const counts = existsSync(report) ? countTests(readFileSync(report, 'utf8')) : NO_TESTS;
  return { ok, ...counts, seconds: secondsSince(start), output };
}

/**
 * Runs the stages of a row, two at a time, and tells how each ended. Starts no more once one has failed or the
 * user has had enough.
 * @param {Stage[]} row
 * @returns {Promise<Map<Stage, Outcome>>} the stages that ran
 */
async function runRow(row) {
  const alone = row.length === 1;
  const waiting = [...row];
  /** @type {Map<Stage, Outcome>} */
  const outcomes = new Map();
  if (!alone) console.log(`\nRunning: ${row.map(({ title }) => title).join(', ')} …`);
  const work = async () => {
    while (process.exitCode !== 130 && [...outcomes.values()].every(({ ok }) => ok)) {
      const stage = waiting.shift();
      if (stage === undefined) return;
      if (alone) heading(stage.title);
      const outcome = await runStage(stage, !alone);
      outcomes.set(stage, outcome);
      if (!alone) {
        heading(stage.title);
        process.stdout.write(Buffer.concat(outcome.output));
      }
      console.log(`${outcome.ok ? 'ok' : 'FAILED'}, ${outcome.seconds.toFixed(1)} s`);
    }
  };
  await Promise.all([work(), work()]);
  return outcomes;
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

  for (const row of ROWS) {
    /** @type {Map<Stage, Outcome>} */
    const outcomes = allOk ? await runRow(row) : new Map();
    for (const stage of row) {
      const outcome = outcomes.get(stage);
      passed += outcome?.passed ?? 0;
      failed += outcome?.failed ?? 0;
      allOk &&= outcome?.ok === true;
      const result = outcome === undefined ? 'not run' : outcome.ok ? 'ok' : 'FAILED';
      summary.push({ title: stage.title, result, seconds: outcome?.seconds });
    }
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
