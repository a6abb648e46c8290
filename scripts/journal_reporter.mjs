/**
 * A reporter of Vitest that writes down what happens while it happens: a line of JSON when a file begins or
 * ends, when a test begins or ends, and when one prints something. The lines are on disk at once, so that they
 * outlive a run that has to be killed; count_tests.mjs reads them, and that they grow is how run_stage.mjs knows
 * that a run goes on. The environment variable TEST_JOURNAL names the file.
 */
import { appendFileSync } from 'node:fs';

/** @typedef {import('vitest/node').TestModule} TestModule */
/** @typedef {import('vitest/node').TestCase} TestCase */
/** @typedef {import('vitest/node').Reporter} Reporter */

/** @implements {Reporter} */
export default class JournalReporter {
  /** @type {string | undefined} */
  #path = process.env['TEST_JOURNAL'];

  /** @param {import('./count_tests.mjs').Entry} entry */
  #write(entry) {
    if (this.#path !== undefined) appendFileSync(this.#path, `${JSON.stringify(entry)}\n`);
  }

  /** @param {TestModule} file */
  onTestModuleQueued({ id, relativeModuleId }) {
    this.#write({ event: 'file', id, name: relativeModuleId });
  }

  /** @param {TestCase} test */
  onTestCaseReady({ id, module, fullName }) {
    this.#write({ event: 'test', id, file: module.id, name: fullName });
  }

  /** @param {TestCase} test */
  onTestCaseResult(test) {
    const { id, module } = test;
    this.#write({ event: 'result', id, file: module.id, state: test.result().state });
  }

  /** @param {TestModule} file */
  onTestModuleEnd(file) {
    this.#write({ event: 'end', id: file.id, state: file.state() });
  }

  onUserConsoleLog() {
    this.#write({ event: 'said' });
  }
}
