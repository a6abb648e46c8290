// @vitest-environment happy-dom
/** The Data page: what lies in the draft in numbers, whatever a run does, and why where there are none. */
import { fireEvent, screen, within } from '@testing-library/react';
import { afterEach, describe, expect, it } from 'vitest';
import { parseRunConfig } from '../../../src/lab/run/run_config';
import { presets, type PresetId } from '../../../src/lab/run/presets';
import { openFile, setTraining } from '../../../src/state/experiment_store';
import { BUSY, closePage, openPage, trained } from '../../support/page_states';
import { previewOf } from '../../support/scripted_answers';
import { describedData } from '../../support/scripted_data';

const main = () => within(screen.getByRole('main'));
const text = () => screen.getByRole('main').textContent;
const title = (name: string) => screen.findByRole('heading', { level: 1, name });
const described = (id: PresetId) => describedData(parseRunConfig(presets[id].config));
/** The number that stands over a label. */
const fact = (label: string) => main().getByText(label).previousElementSibling?.textContent;

afterEach(closePage);

describe('data that were described', () => {
  it('of known shapes are endless, and shown shape by shape', async () => {
    await openPage('data');
    await title('Circle, sphere, helix');
    const { summary } = described('figure1');
    await expect.poll(() => fact('rows, made as needed')).toBe('endless');
    expect(fact('dimensions')).toBe('64');
    expect(fact('power')).toBe(summary.power.toFixed(3));
    expect(fact('mean norm')).toBe(summary.meanNorm.toFixed(3));
    expect(fact('participation ratio')).toBe(summary.participationRatio.toFixed(1));
    expect(fact('directions for 90 %')).toBe(String(summary.directions90));
    expect(text()).toContain('Measured on 384 training rows');
    expect(main().queryByText('held out')).toBeNull();
    const shapes = within(screen.getByRole('region', { name: 'The known features' }));
    expect(shapes.getAllByRole('img').map((shape) => shape.getAttribute('aria-label'))).toEqual(
      ['Circle', 'Sphere', 'Helix'].map((name) => `${name}. 200 points that no group owns`),
    );
    expect(
      main().getByRole('img', { name: /^Norms of the sampled rows. 384 values/ }),
    ).toBeDefined();
    expect(screen.queryByRole('alert')).toBeNull();
  });

  it('of words say how many rows are kept back, and show the first', async () => {
    await openPage('data', { preset: 'words' });
    await title('Word vectors');
    await expect.poll(() => fact('rows to train on')).toBe('18\u202f000');
    expect(fact('held out')).toBe('2000');
    expect(fact('dimensions')).toBe('100');
    const { sample } = described('words');
    const [first] = sample.kind === 'labels' ? sample.rows : [];
    const rows = within(screen.getByRole('region', { name: 'Some rows' })).getAllByRole('listitem');
    expect(rows).toHaveLength(15);
    expect(rows[0]?.textContent).toBe(`the ${first?.norm.toPrecision(3)}`);
    expect(text()).not.toContain('endless');
  });

  it('of a language model show documents', async () => {
    await openPage('data', { preset: 'stories' });
    await title('stories15M, layer 4');
    const documents = await screen.findByRole('region', { name: 'Documents that are held out' });
    expect(within(documents).getAllByRole('listitem')).toHaveLength(3);
    expect(documents.textContent).toContain('a little girl named Lily');
    expect(fact('dimensions')).toBe('288');
  });

  it('stay as they are while a run trains on them, and after it failed', async () => {
    const fake = await openPage('data', { failAt: 500 });
    await title('Circle, sphere, helix');
    const before = text();
    const asked = () => fake.asked.filter((name) => name === 'describe_data').length;
    await expect.poll(asked).toBe(1);
    await expect.poll(() => text()).toContain('Measured on 384');
    await trained(fake, 2);
    expect(asked()).toBe(1);
    expect(text()).toContain(previewOf(parseRunConfig(presets.figure1.config)).description);
    expect(text().length).toBeGreaterThanOrEqual(before.length);
    expect(text()).not.toContain('NaN');
    expect(screen.queryByRole('alert')).toBeNull();
  });
});

describe('data that were not', () => {
  it('are said to be read, with how far it is, and can be given up and measured later', async () => {
    const fake = await openPage('data', { held: ['describe_data'] });
    const status = await screen.findByText(/Encoding rows… 25 %/);
    expect(status.getAttribute('role')).toBe('status');
    expect(main().queryByText('dimensions')).toBeNull();
    fireEvent.click(within(status).getByRole('button', { name: 'Cancel' }));
    await screen.findByText(/^Not measured\./);
    fireEvent.click(main().getByRole('button', { name: 'Measure' }));
    await screen.findByText(/Encoding rows… 25 %/);
    expect(fake.asked.filter((name) => name === 'describe_data')).toHaveLength(2);
  });

  it('say why they cannot be read, and are asked for again', async () => {
    const fake = await openPage('data', { refused: { describe_data: BUSY } });
    const alert = await screen.findByRole('alert');
    expect(alert.textContent).toContain(`${BUSY.message} ${BUSY.wayOut}`);
    expect(main().queryByText('dimensions')).toBeNull();
    fireEvent.click(within(alert).getByRole('button', { name: 'Try again' }));
    const asked = () => fake.asked.filter((name) => name === 'describe_data').length;
    await expect.poll(asked).toBe(2);
  });

  it('wait for a language model that is not here', async () => {
    const fake = await openPage('data', { preset: 'gpt2' });
    await screen.findByText(/The language model openai-community\/gpt2 is not in this browser yet/);
    expect(fake.asked).not.toContain('describe_data');
    expect(main().queryByText('dimensions')).toBeNull();
  });

  it('wait for settings that are wrong', async () => {
    await openPage('data');
    setTraining('lr', -1);
    await screen.findByText(/^Some settings on the Train page are marked in red/);
    expect(main().queryByText('dimensions')).toBeNull();
  });

  it('say that there is no WebGPU, and offer nothing that needs it', async () => {
    await openPage('data', { adapter: null });
    const alert = await screen.findByRole('alert');
    expect(alert.textContent).toBe('This browser has no WebGPU. Use Chrome 113 or later.');
    expect(main().queryByRole('button', { name: 'Measure' })).toBeNull();
    expect(main().queryByText('dimensions')).toBeNull();
  });
});

describe('a file of one’s own', () => {
  it('is described once it is open', async () => {
    await openPage('data');
    await title('Circle, sphere, helix');
    expect(main().getByRole('button', { name: 'Choose a file' })).toBeDefined();
    openFile(new File([new ArrayBuffer(16)], 'activations.npy'));
    await title('activations.npy');
    await expect.poll(() => fact('dimensions')).toBe('768');
    const rows = within(screen.getByRole('table')).getAllByRole('row');
    expect(rows.length).toBeGreaterThanOrEqual(12);
    expect(main().queryByText('64')).toBeNull();
  });
});
