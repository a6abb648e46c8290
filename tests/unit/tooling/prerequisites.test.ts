/** The decisions of the set-up scripts: what is new enough, what is missing, and what a run has counted. */
import { describe, expect, it } from 'vitest';
import { countTests } from '../../../scripts/count_tests.mjs';
import { isAtLeast, missingPackages } from '../../../scripts/prerequisites.mjs';
import { mesaRelease } from '../../../scripts/provision.mjs';

describe('a version', () => {
  it.each([
    ['20.19', '20.19', true],
    ['20.19.0', '20.19', true],
    ['20.20.2', '20.19', true],
    ['22.0.0', '20.19', true],
    ['20.9.0', '20.19', false],
    ['18.20.8', '20.19', false],
    ['23', '23.1', false],
  ])('%s is at least %s: %s', (version, minimum, expected) => {
    expect(isAtLeast(version, minimum)).toBe(expected);
  });
});

describe('the installed packages', () => {
  const locked = {
    '': {},
    'node_modules/vite': { version: '8.3.8' },
    'node_modules/a/node_modules/nested': { version: '1.0.0' },
    'node_modules/@scope/for-another-system': { version: '2.0.0', optional: true },
  };

  it('are complete when all that is not optional is there in its locked version', () => {
    const installed = {
      'node_modules/vite': { version: '8.3.8' },
      'node_modules/a/node_modules/nested': { version: '1.0.0' },
      'node_modules/left-over': { version: '1.0.0' },
    };
    expect(missingPackages(locked, installed)).toEqual([]);
  });

  it('are incomplete when one is absent or has another version, an optional one too', () => {
    const installed = {
      'node_modules/vite': { version: '8.3.7' },
      'node_modules/@scope/for-another-system': { version: '1.0.0' },
    };
    expect(missingPackages(locked, installed)).toEqual([
      'vite',
      'nested',
      '@scope/for-another-system',
    ]);
  });
});

describe('the count of a run', () => {
  const file = (status: string, ...tests: string[]): object => ({
    status,
    assertionResults: tests.map((each) => ({ status: each })),
  });
  const count = (...testResults: object[]): object => countTests(JSON.stringify({ testResults }));

  it('adds up files, and takes skipped tests for neither passed nor failed', () => {
    expect(
      count(file('passed', 'passed', 'pending', 'passed'), file('failed', 'failed', 'passed')),
    ).toEqual({ passed: 3, failed: 1 });
  });

  it('takes a file that could not be loaded for one failed test', () => {
    expect(count(file('failed'), file('passed', 'passed'))).toEqual({ passed: 1, failed: 1 });
  });

  it('takes a file that failed after its tests, in a hook, for one failed test', () => {
    expect(count(file('failed', 'passed', 'passed'))).toEqual({ passed: 2, failed: 1 });
  });
});

describe('the Mesa that apt offers', () => {
  const oldOffer = `mesa-vulkan-drivers | 22.3.6-1+deb12u2 | http://host/debian bookworm/main amd64 Packages\n`;
  const newOffer = `mesa-vulkan-drivers | 25.0.7-2~bpo12+1 | http://host/debian bookworm-backports/main amd64 Packages\n`;

  it('is taken from the release that has version 23 or newer', () => {
    expect(mesaRelease(newOffer + oldOffer)).toBe('--target-release=bookworm-backports');
  });

  it('is left when it is too old for Dawn, or when there is none', () => {
    expect(mesaRelease(oldOffer)).toBeUndefined();
    expect(mesaRelease('')).toBeUndefined();
  });
});
