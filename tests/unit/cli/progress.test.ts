/** Progress on a terminal (one line drawn again) and elsewhere (plain lines, seldom). */
import { describe, expect, it } from 'vitest';
import { clockTime, grouped, Progress, progressLines } from '../../../src/cli/progress';
import type { MetricRecord } from '../../../src/lab/protocol/protocol';
import { fakeTerminal } from './fake_terminal';

const metrics = (model: number, value: number): MetricRecord => ({
  model,
  step: 1,
  samples: 1,
  seconds: 1,
  values: { 'metrics/explained_variance': value },
  rankHistogram: [],
});

describe('progress', () => {
  it('says share, rows by their name, rate, time left and explained variance', () => {
    const terminal = fakeTerminal();
    const progress = new Progress(terminal, ['SASA', 'TopK SAE'], 256_000, 'samples');
    progress.metrics([metrics(0, 0.97123), metrics(1, 0.9)]);
    progress.update({ samples: 64_000, samplesPerSecond: 12_345 });
    expect(terminal.messages).toEqual([
      ' 25 %  64 000 of 256 000 samples  12.3 k/s  0:16 left  SASA EV 0.971  TopK SAE EV 0.900\n',
    ]);
  });

  it('gives a plain line every five seconds, and one at the end', () => {
    const terminal = fakeTerminal();
    const progress = new Progress(terminal, [], 100, 'words');
    for (const [time, samples] of [
      [0, 1],
      [4999, 40],
      [5000, 50],
      [6000, 60],
    ] as const) {
      terminal.time = time;
      progress.update({ samples, samplesPerSecond: 10 });
    }
    progress.finish(100);
    expect(terminal.messages.map((line) => line.slice(0, 5))).toEqual(['  1 %', ' 50 %', '100 %']);
    expect(terminal.messages.join('')).not.toContain('\r');
    expect(terminal.messages.at(-1)).not.toContain('left');
  });

  it('does not let one slow step spoil the rate', () => {
    const terminal = fakeTerminal();
    const progress = new Progress(terminal, [], 1000, 'tokens');
    for (const rate of [100, 0.1, 110, 90]) {
      progress.update({ samples: 500, samplesPerSecond: rate });
      terminal.time += 5000;
    }
    expect(terminal.messages.at(-1)).toBe(' 50 %  500 of 1 000 tokens  100/s  0:05 left\n');
  });

  it('draws one line again on a terminal, never longer than it, and ends it', () => {
    const terminal = { ...fakeTerminal(), isTTY: true, columns: 50 };
    const progress = new Progress(terminal, ['A model with a long name'], 100, 'rows');
    progress.metrics([metrics(0, 0.5)]);
    progress.update({ samples: 50, samplesPerSecond: 10 });
    progress.update({ samples: 51, samplesPerSecond: 10 });
    const [line = ''] = terminal.messages;
    expect(terminal.messages).toHaveLength(1);
    expect(line.startsWith(`\r\u001b[K${'█'.repeat(12)}${'░'.repeat(12)}  50 %`)).toBe(true);
    expect(line.length).toBeLessThanOrEqual(4 + 49);
    progress.endLine();
    progress.endLine();
    expect(terminal.messages.slice(1)).toEqual(['\n']);
  });

  it('says what share of which work is done, a line every few seconds', () => {
    const terminal = fakeTerminal();
    const tell = progressLines(terminal);
    tell(0.1, 'SASA: Measuring bits a token');
    terminal.time = 5000;
    tell(0.257, 'SASA: Measuring bits a token');
    tell(0.3, 'SASA: Measuring bits a token');
    terminal.time = 75_000;
    tell(0.5);
    expect(terminal.messages).toEqual([
      'SASA: Measuring bits a token  25 %  0:05\n',
      '50 %  1:15\n',
    ]);
  });

  it('writes counts and times as people do', () => {
    expect([0, 999, 1000, 1_234_567].map(grouped)).toEqual(['0', '999', '1 000', '1 234 567']);
    expect([0, 7.4, 75, 3723].map(clockTime)).toEqual(['0:00', '0:07', '1:15', '1:02:03']);
  });
});
