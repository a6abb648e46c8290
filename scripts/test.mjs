/**
 * `npm test`: everything that must hold, in one command, from a fresh clone. Installs what is missing, then
 * runs the stages below and starts no more once one has failed. Ends with a summary and a last line
 * "N passed, N failed" that counts the tests of all stages that ran; whatever else fails counts as one.
 */
import { installDependencies, reportFailure, requireNode } from './prerequisites.mjs';
import { ensureChromium, ensureVulkanDriver } from './provision.mjs';
import { runStage, scriptStage, testStage } from './run_stage.mjs';

/** @typedef {import('./run_stage.mjs').Stage} Stage */
/** @typedef {import('./run_stage.mjs').Outcome} Outcome */

/**
 * Rows run one after the other; the stages of a row run two at a time, since most of them keep one core busy,
 * and what each writes is held back until it ends.
 * @type {Stage[][]}
 */
const ROWS = [
  [
    scriptStage('Type check', 'typecheck'),
    scriptStage('Lint', 'lint'),
    scriptStage('Unused code', 'unused'),
    scriptStage('Format', 'format:check'),
    testStage('Unit tests', 'test:unit'),
  ],
  [testStage('GPU tests', 'test:gpu')],
  [testStage('End-to-end tests', 'test:e2e')],
];

/** @param {string} title */
function heading(title) {
  console.log(`\n── ${title} ${'─'.repeat(Math.max(0, 76 - title.length))}`);
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
      const outcome = await runStage(stage, { heldBack: !alone });
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
    failed = 1;
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
