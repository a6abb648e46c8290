/**
 * Metrics as JSON lines and CSV, folders as zip, and settings as the text of a link: each read back by
 * other means than the code that wrote it.
 */
import { unzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { zipFolder } from '../../../src/io/archive';
import { readLinkText, writeLinkText, type LinkValue } from '../../../src/io/link_text';
import { metricsToCsv, metricsToJsonl, type NamedMetrics } from '../../../src/io/metrics_text';
import { complaint, numberSequence } from './complaint';

const record = (
  step: number,
  values: Record<string, number>,
  modelName = 'SASA',
): NamedMetrics => ({
  modelName,
  step,
  samples: step * 256,
  seconds: 1.5,
  values,
  rankHistogram: [1, 2],
});

describe('metrics', () => {
  it('are one JSON object per line', () => {
    const text = metricsToJsonl([record(1, { 'metrics/l0': 4 }), record(2, {})]);
    const lines = text.split('\n');
    expect(lines.at(-1)).toBe('');
    expect(lines.slice(0, -1).map((line) => JSON.parse(line) as unknown)).toEqual([
      {
        model: 'SASA',
        step: 1,
        'details/n_training_samples': 256,
        'details/seconds': 1.5,
        'metrics/l0': 4,
        'details/rank90_histogram': [1, 2],
      },
      expect.not.objectContaining({ 'metrics/l0': expect.anything() as unknown }),
    ]);
  });

  it.each([NaN, Infinity])('never write %s as null, but say which metric it is', (value) => {
    expect(complaint(() => metricsToJsonl([record(1, { 'metrics/l0': value })]))).toBe(
      `not_finite: "metrics/l0" is ${value}, which is not a result and cannot be written.`,
    );
  });

  it('are CSV with the union of all columns and quoted cells', () => {
    const text = metricsToCsv([record(1, { a: 1 }, 'say "hi", twice'), record(2, { b: -1e-7 })]);
    expect(text).toBe(
      'model,step,details/n_training_samples,details/seconds,a,details/rank90_histogram,b\n' +
        '"say ""hi"", twice",1,256,1.5,1,1 2,\n' +
        'SASA,2,512,1.5,,1 2,-1e-7\n',
    );
  });
});

describe('a zipped folder', () => {
  it('holds the files under its name, and the same bytes every time', () => {
    const files = {
      'cfg.json': new TextEncoder().encode('{}'),
      'w.safetensors': Uint8Array.of(1, 2, 3),
    };
    const zip = zipFolder('SASA', files);
    expect(unzipSync(zip)).toEqual({
      'SASA/cfg.json': files['cfg.json'],
      'SASA/w.safetensors': files['w.safetensors'],
    });
    expect(zipFolder('SASA', files)).toEqual(zip);
  });
});

describe('settings in a link', () => {
  const roundTrip = (entries: [string, LinkValue][]): void => {
    const text = writeLinkText(new Map(entries));
    expect(text).not.toMatch(/[&#=]/);
    // An address may carry the text through a form-encoded query.
    const carried = new URLSearchParams(new URLSearchParams({ run: text }).toString()).get('run');
    expect(readLinkText(carried ?? '')).toEqual(new Map(entries));
  };

  it('is plain text that an address leaves as it is', () => {
    const text = writeLinkText(
      new Map<string, LinkValue>([
        ['d.kind', 'words'],
        ['t.lr', 0.002],
      ]),
    );
    expect(text).toBe('d.kind-words*t.lr-0.002');
    expect(new URLSearchParams({ run: text }).toString()).toBe(`run=${text}`);
  });

  it('keeps every kind of value, also texts that look like another kind', () => {
    roundTrip([
      ['a', true],
      ['b', false],
      ['c', -1.5e-7],
      ['d', 1e21],
      ['e', 'true'],
      ['f', '12'],
      ['g', '_12'],
      ['h', ''],
      ['i', '*-"%22 ü\u0012=&#/'],
      ['j', '-3'],
      ['k', '1e5'],
    ]);
  });

  it('keeps random texts', () => {
    const next = numberSequence(5);
    for (let round = 0; round < 500; round++) {
      const value = Array.from({ length: Math.floor(next() * 8) }, () =>
        String.fromCharCode(Math.floor(next() * (next() < 0.5 ? 128 : 0xd800))),
      ).join('');
      roundTrip([['x', value]]);
    }
  });

  it('is deflated when it is long', () => {
    const entries = Array.from({ length: 120 }, (_, i): [string, LinkValue] => [
      `m${i}.architecture`,
      'topk_sasa',
    ]);
    const text = writeLinkText(new Map(entries));
    expect(text).toMatch(/^z\.[A-Za-z0-9_-]+$/);
    expect(text.length).toBeLessThan(600);
    roundTrip(entries);
  });

  it.each([
    ['', '"" is not of the form setting-value'],
    ['hello', '"hello" is not of the form'],
    ['-3', '"-3" is not of the form'],
    ['a-1*a-2', 'a appears twice'],
    ['a-%zz', 'the value of a is damaged'],
    ['a-1e999', 'the value of a is damaged'],
    ['a.__proto__-1*1-2', '"1-2" is not of the form'],
    ['z.!!', 'compressed settings are damaged'],
    ['z.AAAA', 'compressed settings are damaged'],
    ['x'.repeat(70_000), 'it has 70000 characters, more than the 64000'],
  ])('is refused in words when it is %s', (text, sentence) => {
    expect(readLinkText(text)).toContain(sentence);
  });
});
