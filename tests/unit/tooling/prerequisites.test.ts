/** The decisions of the set-up scripts: what is new enough, and what is missing. */
import { describe, expect, it } from 'vitest';
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
