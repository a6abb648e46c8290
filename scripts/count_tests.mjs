/** Adds up what one run of Vitest wrote into its journal (journal_reporter.mjs), whether it ended or was killed. */
import { parseJson } from './prerequisites.mjs';

/**
 * A line of the journal. Files and tests have ids of Vitest's own; a state is `passed`, `failed` or `skipped`
 * (`pending` for a file that Vitest gave up).
 * @typedef {{ event: 'file', id: string, name: string }
 *   | { event: 'test', id: string, file: string, name: string }
 *   | { event: 'result', id: string, file: string, state: string }
 *   | { event: 'end', id: string, state: string }
 *   | { event: 'said' }} Entry
 */

/**
 * @typedef {object} Tally
 * @property {number} passed
 * @property {number} failed
 * @property {string[]} underWay Files that began and did not end, each with its tests that did not.
 */

/**
 * What a file has said of itself: its state once it has ended, and per test the name, which is known once it has
 * begun, and the state, which is known once it has ended.
 * @typedef {{ name: string, state: string | null, tests: Map<string, { name: string, state: string | null }> }} FileRecord
 */

/**
 * A file that failed without a failed test (it could not be loaded, or a hook of it failed) counts as one failed
 * test: it would otherwise fail the run without showing in the count. In a file that did not end, every test
 * that was under way counts as failed, and where none is known the file does. Skipped tests count as neither.
 * @param {string} journal @returns {Tally}
 */
export function countTests(journal) {
  /** @type {Tally} */
  const tally = { passed: 0, failed: 0, underWay: [] };
  for (const { name, state, tests } of readJournal(journal)) {
    const states = [...tests.values()].map((test) => test.state);
    const failed = states.filter((each) => each === 'failed').length;
    const open = [...tests.values()].filter((test) => test.state === null);
    tally.passed += states.filter((each) => each === 'passed').length;
    if (state === null) {
      tally.failed += failed + Math.max(1, open.length);
      tally.underWay.push(
        ...(open.length === 0 ? [name] : open.map((test) => `${name} > ${test.name}`)),
      );
    } else {
      tally.failed += failed === 0 && state === 'failed' ? 1 : failed;
    }
  }
  return tally;
}

/** @param {string} journal @returns {FileRecord[]} */
function readJournal(journal) {
  /** @type {Map<string, FileRecord>} */
  const files = new Map();
  // What follows the last line break was cut off in the writing.
  for (const line of journal.split('\n').slice(0, -1)) {
    const entry = /** @type {Entry} */ (parseJson(line));
    switch (entry.event) {
      case 'file':
        files.set(entry.id, { name: entry.name, state: null, tests: new Map() });
        break;
      case 'test':
        files.get(entry.file)?.tests.set(entry.id, { name: entry.name, state: null });
        break;
      case 'result':
        files.get(entry.file)?.tests.set(entry.id, { name: '', state: entry.state });
        break;
      case 'end': {
        const file = files.get(entry.id);
        if (file !== undefined) file.state = entry.state;
        break;
      }
      case 'said':
        break;
    }
  }
  return [...files.values()];
}
