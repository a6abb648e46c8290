/** Numbers as the page writes them. `_` stands for the narrow space in the expected texts. */
import { describe, expect, test } from 'vitest';
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatExact,
  formatFixed,
  formatInteger,
  formatNumber,
  formatPercent,
  formatScientific,
  formatSi,
  THIN,
} from '../../../src/ui/plots/format';

const plain = (text: string) => text.replaceAll(THIN, '_');

const cases: readonly (readonly [
  string,
  (value: number) => string,
  readonly (readonly [number, string])[],
])[] = [
  [
    'formatInteger',
    formatInteger,
    [
      [0, '0'],
      [4096, '4096'],
      [12_400, '12_400'],
      [1_536_000, '1_536_000'],
      [-12_400, '−12_400'],
      [-0.4, '0'],
      [1234.6, '1235'],
    ],
  ],
  [
    'formatCount',
    formatCount,
    [
      [950, '950'],
      [42_300, '42_300'],
      [412_000, '412_k'],
      [1_198_080, '1_198_k'],
      [1_536_000, '1_536_k'],
      [150_000_000, '150_M'],
      [99_999, '99_999'],
    ],
  ],
  [
    'formatSi',
    (v) => formatSi(v),
    [
      [1_500_000, '1.5_M'],
      [412_000, '412_k'],
      [38, '38'],
      [999_950, '1_M'],
      [2.5e9, '2.5_G'],
      [-1500, '−1.5_k'],
      [9_999_999, '10_M'],
    ],
  ],
  [
    'formatNumber',
    (v) => formatNumber(v),
    [
      [0, '0'],
      [0.9761, '0.976'],
      [0.97, '0.970'],
      [43, '43'],
      [43.21, '43.2'],
      [12_400, '12_400'],
      [123.4, '123'],
      [3e-4, '3.0e-4'],
      [0.001, '0.00100'],
      [-1.25, '−1.25'],
      [9.999, '10.0'],
      [99.96, '100'],
      [1_536_000, '1.54_M'],
    ],
  ],
  [
    'formatFixed',
    (v) => formatFixed(v, 2),
    [
      [0.976, '0.98'],
      [-1.2, '−1.20'],
      [-0.001, '0.00'],
      [10, '10.00'],
    ],
  ],
  [
    'formatScientific',
    (v) => formatScientific(v),
    [
      [0.003, '3.0e-3'],
      [0, '0'],
      [-2.5e-7, '−2.5e-7'],
      [1e6, '1.0e6'],
    ],
  ],
  [
    'formatPercent',
    (v) => formatPercent(v),
    [
      [0.0109, '1.09_%'],
      [0.372, '37.2_%'],
      [1, '100_%'],
      [0.99949, '99.9_%'],
      [0.9999, '100_%'],
      [0, '0_%'],
      [0.0002, '0.02_%'],
      [0.00001, '<_0.01_%'],
    ],
  ],
  [
    'formatBytes',
    formatBytes,
    [
      [512, '512_B'],
      [412 * 2 ** 20, '412_MiB'],
      [1.25 * 2 ** 30, '1.25_GiB'],
      [1023.9 * 1024, '1_MiB'],
    ],
  ],
  [
    'formatDuration',
    formatDuration,
    [
      [0.085, '85_ms'],
      [3.2, '3.2_s'],
      [9.96, '10_s'],
      [59.6, '1_min 00_s'],
      [245, '4_min 05_s'],
      [7800, '2_h 10_min'],
    ],
  ],
  [
    'formatExact',
    formatExact,
    [
      [0.1 + 0.2, '0.30000000000000004'],
      [-1e-9, '−1e-9'],
    ],
  ],
];

describe.each(cases)('%s', (_, format, examples) => {
  test.each(examples)('%d is written %s', (value, text) => {
    expect(plain(format(value))).toBe(text);
  });

  test('what is not a number is a dash, and infinities keep their sign', () => {
    expect(format(Number.NaN)).toBe('–');
    expect(format(Infinity)).toBe('∞');
    expect(format(-Infinity)).toBe('−∞');
  });
});

test('a rounded number never claims more than half a unit of its last digit', () => {
  for (let i = 1; i <= 400; i++) {
    const value = 1.0371 ** i * 1e-3;
    if (value >= 1e6) break;
    const shown = Number(formatNumber(value).replaceAll(THIN, ''));
    // Three digits: half a unit of the third is at most 0.5 % of the value; integers above 1000 are exact to 0.5.
    expect(Math.abs(shown - value)).toBeLessThanOrEqual(Math.max(0.005 * value, 0));
  }
});
