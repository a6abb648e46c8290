/** Adds up what one run of Vitest reported as JSON. */
import { parseJson } from './prerequisites.mjs';

/**
 * @typedef {object} VitestReport
 * @property {{ status: string, assertionResults: { status: string }[] }[]} testResults One entry a file.
 */

/**
 * A file that could not be loaded, so that none of its tests ran, counts as one failed test: it would
 * otherwise fail the run without showing in the count. Skipped tests count as neither.
 * @param {string} json what Vitest's json reporter wrote
 * @returns {{ passed: number, failed: number }}
 */
export function countTests(json) {
  const { testResults } = /** @type {VitestReport} */ (parseJson(json));
  let passed = 0;
  let failed = 0;
  for (const file of testResults) {
    const ofFile = file.assertionResults.filter(({ status }) => status === 'failed').length;
    passed += file.assertionResults.filter(({ status }) => status === 'passed').length;
    failed += ofFile === 0 && file.status === 'failed' ? 1 : ofFile;
  }
  return { passed, failed };
}
