// @vitest-environment happy-dom
/** The Train page in every state of a run: what can be pressed, how far it is, and which numbers stand where. */
import { act, fireEvent, screen, within } from '@testing-library/react';
import { afterEach, describe, expect, it } from 'vitest';
import { at } from '../../../src/base/array';
import { parseRunConfig } from '../../../src/lab/run/run_config';
import { presets } from '../../../src/lab/run/presets';
import { openExperiment } from '../../../src/state/experiment_store';
import { inputUnitsOf } from '../../../src/sae/input_units';
import { nuclearStrength } from '../../../src/sae/penalty';
import { keepAnswer, modelKey } from '../../../src/state/questions';
import { lambdaOf, statisticsOf } from '../../support/scripted_answers';
import {
  BUSY,
  closePage,
  definition,
  openPage,
  scripted,
  trained,
} from '../../support/page_states';

const EXACTLY_2 = { kind: 'exactly', active: 2 } as const;
const button = (name: string) => screen.getByRole<HTMLButtonElement>('button', { name });
const progress = () => screen.getByRole('progressbar', { name: 'Training' });
const lastBatch = (title: string) => definition(`${title} last batch`);
const heldOut = () => screen.getByLabelText('Held-out quality');
const three = (value: number | undefined) => value?.toFixed(3) ?? 'missing';

/** Explained variance of both models on the last batch after so many steps, as the tile says it. */
const explainedAfter = (step: number) => {
  const [sasa, topk] = [0, 1].map((model) =>
    three(scripted('figure1', step, model).metrics['metrics/explained_variance']),
  );
  return `SASA: ${sasa}TopK SAE: ${topk}`;
};

afterEach(closePage);

describe('before anything is trained', () => {
  it('can be trained; all tiles are empty and nothing is said to be wrong', async () => {
    await openPage('train');
    expect(button('Train').disabled).toBe(false);
    expect(button('Step').disabled).toBe(false);
    expect(button('Stop').disabled).toBe(true);
    expect(progress().getAttribute('aria-valuenow')).toBe('0');
    expect(progress().getAttribute('aria-valuetext')).toBe('0 of 256\u202fk samples');
    expect(lastBatch('Explained variance')).toBe('SASA: –TopK SAE: –');
    expect(screen.queryByLabelText('Held-out quality')).toBeNull();
    expect(screen.queryByRole('alert')).toBeNull();
    expect(screen.getByRole('region', { name: 'Curves' })).toBeDefined();
  });

  it('names features of your own, which come from a run file or a link', async () => {
    await openPage('train');
    const { models, training } = presets.zoo.config;
    const features = [
      { kind: 'circle', count: 8 },
      { kind: 'signed_line', count: 16 },
    ] as const;
    const spec = { width: 32, features: [...features], frequency: EXACTLY_2 };
    openExperiment({ data: { kind: 'synthetic', spec }, models, training });
    const choice = screen.getByRole('combobox', { name: 'Data' });
    await expect.poll(() => choice.textContent).toBe('24 features of your own');
    await screen.findByText('features of your own, endless');
    expect(button('Train').disabled).toBe(false);
    expect(screen.queryByRole('alert')).toBeNull();
  });

  it.each(['zoo_independent', 'zoo2'] as const)('offers %s as it offers the others', async (id) => {
    await openPage('train');
    fireEvent.keyDown(screen.getByRole('combobox', { name: 'Data' }), { key: 'Enter' });
    const { label, summary } = presets[id];
    const option = await screen.findByRole('option', { name: label });
    expect(option.textContent).toContain(summary);
    fireEvent.keyDown(option, { key: 'Enter' });
    await expect.poll(() => screen.getByRole('combobox', { name: 'Data' }).textContent).toBe(label);
  });

  it('says the λ that the engine will use, absolute and relative to the data', async () => {
    await openPage('train', { preset: 'zoo' });
    const config = parseRunConfig(presets.zoo.config);
    const lambda = lambdaOf(config, 0) ?? Number.NaN;
    // 3.3e-5 of the power of the scripted data, 3.01.
    expect(lambda).toBeCloseTo(3.3e-5 * 3.01, 12);
    const shown = lambda.toExponential(1);
    await expect.poll(() => screen.queryAllByPlaceholderText(shown)).toHaveLength(1);
    expect(screen.queryByPlaceholderText('3.0e-3')).toBeNull();
  });
});

describe('while a run goes', () => {
  it('can be paused and stopped, and shows the last batch but no held-out numbers', async () => {
    const fake = await openPage('train');
    await trained(fake, 1);
    await expect.poll(() => lastBatch('Explained variance')).toBe(explainedAfter(250));
    expect(button('Pause').disabled).toBe(false);
    expect(button('Step').disabled).toBe(true);
    expect(button('Stop').disabled).toBe(false);
    expect(screen.queryByRole('button', { name: 'Train' })).toBeNull();
    expect(progress().getAttribute('aria-valuenow')).toBe('64000');
    // Not asked for yet: a dash a model, and the way to ask.
    expect(within(heldOut()).getByRole('button', { name: 'Evaluate' })).toBeDefined();
    expect(definition('Explained variance', heldOut())).toBe('SASA: –TopK SAE: –');
    expect(screen.queryByRole('alert')).toBeNull();
  });

  it('goes on from where it was paused', async () => {
    const fake = await openPage('train');
    await trained(fake, 1);
    fireEvent.click(button('Pause'));
    await screen.findByRole('button', { name: 'Resume' });
    expect(button('Step').disabled).toBe(false);
    expect(screen.getByText('paused at step 250')).toBeDefined();
    fireEvent.click(button('Resume'));
    await screen.findByRole('button', { name: 'Pause' });
    fake.turn();
    await expect.poll(() => lastBatch('Explained variance')).toBe(explainedAfter(500));
    expect(screen.queryByText('paused at step 250')).toBeNull();
  });

  it('has told λ as src/sae/penalty makes it, and the loss that belongs to it', async () => {
    const fake = await openPage('train', { preset: 'zoo' });
    const run = await trained(fake, 1);
    const settings = at(run.config.models, 0);
    const units = inputUnitsOf(settings.normalize_activations, statisticsOf(run.config));
    expect(run.models.map((model) => model.lambda)).toEqual([
      nuclearStrength(settings, units),
      null,
    ]);
    const { metrics } = scripted('zoo', run.step, 0);
    const parts = ['mse_loss', 'nuclear_loss', 'auxiliary_reconstruction_loss'];
    const sum = parts.reduce((total, name) => total + (metrics[`losses/${name}`] ?? 0), 0);
    expect(metrics['losses/overall_loss']).toBeCloseTo(sum, 12);
    // Nuclear norms are 8 at first and fall to 6: λ times as much, and no other strength.
    const norms = (metrics['losses/nuclear_loss'] ?? 0) / (run.models[0]?.lambda ?? 0);
    expect(norms).toBeGreaterThan(6);
    expect(norms).toBeLessThan(8);
  });
});

describe('a run that has ended', () => {
  it('shows its held-out quality beside the last batch, and can be followed by another', async () => {
    const fake = await openPage('train');
    await trained(fake, 4);
    const reports = [0, 1].map((model) => scripted('figure1', 1000, model).heldOut);
    const quality = (value: (report: (typeof reports)[number]) => string) => {
      const [sasa, topk] = reports.map(value);
      return `SASA: ${sasa}TopK SAE: ${topk}`;
    };
    await expect
      .poll(() => definition('Explained variance', heldOut()))
      .toBe(quality((report) => three(report.explained_variance ?? undefined)));
    expect(definition('Reconstruction loss', heldOut())).toBe(
      quality((report) => three(report.mse)),
    );
    expect(definition('Dead units', heldOut())).toBe(
      quality((report) => String(report.dead_groups)),
    );
    await expect.poll(() => definition('Bits a token', heldOut())).toBe('SASA: 18.0TopK SAE: 27.0');
    expect(definition('Pruned l0', heldOut())).toBe('SASA: 2.8TopK SAE: 2.8');
    expect(definition('Units per row', heldOut())).toBe('SASA: 1.0TopK SAE: 4.0');
    expect(definition('What it costs', heldOut())).toBe(
      'Bits say which units fire, and with which values.',
    );
    expect(definition('Held-out quality', heldOut())).toBe('held out, 16\u202f384 rows; step 1000');
    expect(lastBatch('Explained variance')).toBe(explainedAfter(1000));
    expect(screen.getByRole('main').textContent).not.toContain(explainedAfter(750));
    expect(button('Train').disabled).toBe(false);
    expect(button('Step').disabled).toBe(true);
    expect(button('Step').title).toContain('is over');
    expect(button('Stop').disabled).toBe(true);
    expect(progress().getAttribute('aria-valuenow')).toBe('256000');
    expect(within(heldOut()).queryByRole('button')).toBeNull();
  });

  it('shows what its codes cost in bits, taken apart and with the interval', async () => {
    const fake = await openPage('train');
    await trained(fake, 4);
    const bits = await screen.findByRole('table', { name: 'Bits a token' });
    const cells = [...bits.querySelectorAll('tbody tr')].map(({ textContent }) => textContent);
    expect(cells).toEqual([
      'SASA6.012.018.095 %: 17.5 to 18.5',
      'TopK SAE6.021.027.095 %: 26.5 to 27.5',
    ]);
    const picture = screen.getByRole('img', { name: /^Explained variance against bits/ });
    expect(picture.getAttribute('aria-label')).toContain('SASA: 18.0 bits, TopK SAE: 27.0 bits');
    expect(picture.tabIndex).toBe(0);
  });

  it("measures better codes for all models when asked, and shows them beside the models' own", async () => {
    const fake = await openPage('train');
    await trained(fake, 4);
    const codes = () => screen.queryByRole('table', { name: 'Codes by least squares' });
    const measure = await screen.findByRole('button', { name: 'Measure both for all models' });
    expect(codes()).toBeNull();
    fireEvent.click(measure);
    const table = await screen.findByRole('table', { name: 'Codes by least squares' });
    const plain = (model: number) =>
      scripted('figure1', 1000, model).heldOut.explained_variance ?? 0;
    const row = (name: string, model: number, bits: readonly string[]) =>
      name +
      [0, 0.02, 0.03].map((better, i) => three(plain(model) + better) + at(bits, i)).join('');
    const cells = [...table.querySelectorAll('tbody tr')].map(({ textContent }) => textContent);
    expect(cells).toEqual([
      row('SASA', 0, ['18.0', '16.0', '15.0']),
      row('TopK SAE', 1, ['27.0', '25.0', '24.0']),
    ]);
    const picture = screen.getByRole('img', { name: /^Explained variance against bits/ });
    expect(picture.getAttribute('aria-label')).toContain('SASA, least squares: 16.0 bits');
    expect(screen.queryByRole('button', { name: 'Measure both for all models' })).toBeNull();
  });

  it('measures the bits of an evaluation that has none when asked', async () => {
    const fake = await openPage('train');
    const { id } = await trained(fake, 4);
    const { bits_rows: _, rate_curve: __, ...report } = scripted('figure1', 1000, 0).heldOut;
    const old = { model: 0, step: 1000, report: { ...report, not_defined: {} } };
    const { bits_per_token: ___, ...lacking } = old.report;
    act(() =>
      keepAnswer('evaluate', modelKey(id, 0), { runId: id, model: 0 }, { ...old, report: lacking }),
    );
    expect(definition('Bits a token', heldOut())).toBe('SASA: –TopK SAE: 27.0');
    expect(definition('What it costs', heldOut())).toContain('Not measured when');
    fireEvent.click(within(heldOut()).getByRole('button', { name: 'Measure bits' }));
    await expect.poll(() => definition('Bits a token', heldOut())).toBe('SASA: 18.0TopK SAE: 27.0');
    await expect.poll(() => within(heldOut()).queryByRole('button')).toBeNull();
  });

  it('says that an evaluation failed, and offers it again', async () => {
    const fake = await openPage('train', { refused: { evaluate: BUSY } });
    await trained(fake, 4);
    const alert = await screen.findByRole('alert');
    expect(alert.textContent).toBe(BUSY.message);
    expect(alert.title).toBe(BUSY.wayOut);
    expect(within(heldOut()).getByRole('button', { name: 'Evaluate' })).toBeDefined();
    expect(definition('Explained variance', heldOut())).toBe('SASA: –TopK SAE: –');
  });
});

describe('a run that failed', () => {
  it('says why and what to do, keeps its last numbers, and lets another be trained', async () => {
    const fake = await openPage('train', { failAt: 500 });
    const run = await trained(fake, 2);
    const alert = await screen.findByRole('alert');
    expect(alert.textContent).toBe(
      `${run.name} failed. losses/mse_loss of SASA became NaN at step 500. ` +
        'Lower the learning rate or clip the gradient; the weights of the step before are kept.',
    );
    expect(screen.getByText('failed at step 500')).toBeDefined();
    await expect.poll(() => lastBatch('Explained variance')).toBe(explainedAfter(500));
    expect(definition('Explained variance', heldOut())).toBe('SASA: –TopK SAE: –');
    expect(button('Train').disabled).toBe(false);
    expect(button('Stop').disabled).toBe(true);
  });
});

describe('without WebGPU', () => {
  it('says so with a way out, and shows the recorded run in the place of training', async () => {
    await openPage('train', { adapter: null });
    expect(
      screen.getByRole('heading', {
        level: 1,
        name: 'The lab needs WebGPU, and this browser does not offer it',
      }),
    ).toBeDefined();
    const main = screen.getByRole('main');
    expect(main.textContent).toContain('This browser has no WebGPU. Use Chrome 113 or later.');
    expect(screen.queryByRole('button', { name: 'Train' })).toBeNull();
    expect(screen.queryByRole('progressbar')).toBeNull();
    await expect.poll(() => main.textContent).toContain('1000 steps of 256 samples');
    expect(lastBatch('Explained variance')).toMatch(/^SASA: 0\.9\d\dTopK SAE: 0\.9\d\d$/);
    expect(screen.queryByLabelText('Held-out quality')).toBeNull();
  });
});
