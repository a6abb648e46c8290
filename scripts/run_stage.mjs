/**
 * Runs one stage of `npm test` in a process group of its own. A stage that is slow is left alone; one of which
 * nothing more is heard is hung, and is killed. Its tests are counted either way.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { countTests } from './count_tests.mjs';
import { SILENCE_LIMIT_MS } from './limits.mjs';
import { npmCommand, projectRoot } from './prerequisites.mjs';

/** How often a stage is listened to in the time after which it counts as hung. */
const LISTENS = 100;

/**
 * @typedef {object} Stage
 * @property {string} title
 * @property {Command} command
 * @property {string | null} journal Where its tests are written down (journal_reporter.mjs); null for a stage that
 *   runs none, and fails or passes as a whole.
 */

/** @typedef {{ program: string, words: string[], shell: boolean }} Command */

/**
 * @typedef {object} Outcome
 * @property {boolean} ok
 * @property {number} passed
 * @property {number} failed At least 1 when the stage failed.
 * @property {number} seconds
 * @property {Buffer[]} output What the stage wrote, if it was held back.
 */

/**
 * A stage that is an npm script.
 * @param {string} title @param {string} script @returns {Stage}
 */
export function scriptStage(title, script) {
  return { title, command: npmScript(script, []), journal: null };
}

/**
 * A stage that is an npm script which runs Vitest.
 * @param {string} title @param {string} script @returns {Stage}
 */
export function testStage(title, script) {
  const options = ['--reporter=default', '--reporter=./scripts/journal_reporter.mjs'];
  const journal = join(projectRoot, 'out', 'test', `${script.replace(':', '_')}.jsonl`);
  return { title, command: npmScript(script, options), journal };
}

/** @param {string} script @param {string[]} options @returns {Command} */
function npmScript(script, options) {
  const { command, before, shell } = npmCommand();
  return {
    program: command,
    words: [...before, 'run', '--silent', script, '--', ...options],
    shell,
  };
}

/**
 * Runs a stage to its end.
 * @param {Stage} stage
 * @param {{ heldBack: boolean, silenceMs?: number }} options Whether its output waits until it has ended; how long
 *   it may be silent.
 * @returns {Promise<Outcome>}
 */
export async function runStage(stage, { heldBack, silenceMs = SILENCE_LIMIT_MS }) {
  const { title, journal } = stage;
  const start = performance.now();
  /** @type {Buffer[]} */
  const output = [];
  if (journal !== null) {
    mkdirSync(join(journal, '..'), { recursive: true });
    rmSync(journal, { force: true });
  }
  const { code, killed } = await runCommand(stage, heldBack ? output : undefined, silenceMs);
  const ok = code === 0 && !killed;
  const text = journal !== null && existsSync(journal) ? readFileSync(journal, 'utf8') : '';
  const { passed, failed, underWay } = countTests(text);
  if (killed) {
    const minutes = Number((silenceMs / 60_000).toPrecision(2));
    console.error(`Stopped: nothing was heard of "${title}" for ${minutes} minutes.`);
    for (const name of underWay) console.error(`  under way: ${name}`);
  }
  const seconds = (performance.now() - start) / 1000;
  return { ok, passed, failed: ok ? failed : Math.max(1, failed), seconds, output };
}

/**
 * Runs the stage's command; Ctrl-C and the end of all patience end the whole process group.
 * @param {Stage} stage
 * @param {Buffer[] | undefined} output Takes what it writes; undefined to let it write to the terminal.
 * @param {number} silenceMs
 * @returns {Promise<{ code: number, killed: boolean }>} its exit code, and whether it was killed for its silence
 */
function runCommand({ command, journal }, output, silenceMs) {
  const { program, words, shell } = command;
  const separate = process.platform !== 'win32';
  const child = spawn(program, words, {
    cwd: projectRoot,
    stdio: output ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'inherit', 'inherit'],
    env: {
      ...process.env,
      ...(journal === null ? {} : { TEST_JOURNAL: journal }),
      ...(output && process.stdout.isTTY ? { FORCE_COLOR: '1' } : {}),
    },
    detached: separate,
    shell,
  });
  let heard = 0;
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (/** @type {Buffer} */ chunk) => {
      heard += chunk.length;
      output?.push(chunk);
    });
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
    let killed = false;
    const written = () => (journal !== null && existsSync(journal) ? statSync(journal).size : 0);
    const stopListening = listen(
      silenceMs,
      () => heard + written(),
      () => {
        killed = true;
        end('SIGKILL');
      },
    );
    /** @param {NodeJS.Signals} signal */
    const interrupted = (signal) => {
      end(signal);
      process.exitCode = 130;
    };
    process.on('SIGINT', interrupted);
    process.on('SIGTERM', interrupted);
    /** @param {number} code */
    const finished = (code) => {
      stopListening();
      process.off('SIGINT', interrupted);
      process.off('SIGTERM', interrupted);
      resolve({ code, killed });
    };
    child.once('error', (error) => {
      console.error(`npm could not be started: ${error.message}`);
      finished(1);
    });
    // The last output may come after 'exit'; but a browser that outlives a killed stage may hold it open for ever.
    child.once('exit', (code) => {
      if (killed) finished(code ?? 1);
    });
    child.once('close', (code) => finished(code ?? 1));
  });
}

/**
 * Calls `onSilence` once nothing new was heard for so long. Counts how often it listened in vain and not the time: on a
 * machine that was suspended, or is too busy to let us listen, nobody was silent.
 * @param {number} silenceMs
 * @param {() => number} heard Grows with everything that is heard.
 * @param {() => void} onSilence
 * @returns {() => void} ends the listening
 */
export function listen(silenceMs, heard, onSilence) {
  let last = heard();
  let inVain = 0;
  const timer = setInterval(() => {
    const now = heard();
    inVain = now === last ? inVain + 1 : 0;
    last = now;
    if (inVain < LISTENS) return;
    clearInterval(timer);
    onSilence();
  }, silenceMs / LISTENS);
  return () => clearInterval(timer);
}
