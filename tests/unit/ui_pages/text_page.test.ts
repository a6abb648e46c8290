// @vitest-environment happy-dom
/** The Text page in every state of a run and of what was asked: tokens, groups, continuations, losses, and troubles. */
import { fireEvent, screen, within } from '@testing-library/react';
import { afterEach, describe, expect, it } from 'vitest';
import { BUSY, cellsOf, closePage, NO_WEBGPU, openPage, trained } from '../../support/page_states';
import { scriptedFaithfulness, scriptedReading } from '../../support/scripted_language';

const main = () => within(screen.getByRole('main'));
const title = (name: string) => screen.findByRole('heading', { level: 1, name });
const button = (name: string | RegExp) => main().getByRole<HTMLButtonElement>('button', { name });
const own = () => screen.findByRole('textbox', { name: 'Your text' });
const TEXT = 'Lily saw a red ball on Monday.';
/** Turns of 500 steps until the run on stories is over. */
const ALL = 3;

const open = (options: Parameters<typeof openPage>[1] = {}) =>
  openPage('text', { preset: 'stories', stepsPerTurn: 500, ...options });

async function write(text: string): Promise<void> {
  fireEvent.change(await own(), { target: { value: text } });
}

/** Mean surprise of the scripted reading, the first token of which has none. */
function surprise(step: number): string {
  const said = [...scriptedReading(0, step, TEXT).surprisal].filter(Number.isFinite);
  return (said.reduce((sum, value) => sum + value, 0) / said.length).toFixed(2);
}

afterEach(closePage);

describe('without a run on a language model', () => {
  it('offers to begin one', async () => {
    await open();
    await title('No language model yet');
    expect(button('Train on stories15M, layer 4').disabled).toBe(false);
    expect(button(/GPT-2 small/).disabled).toBe(false);
    expect(main().queryByRole('textbox')).toBeNull();
  });

  it('says that the run which is shown does not read text', async () => {
    const fake = await openPage('text');
    const { name } = await trained(fake, 4);
    await title('No language model yet');
    await screen.findByText(new RegExp(`${name} was not trained on a language model`));
    expect(main().queryByRole('textbox')).toBeNull();
    expect(fake.asked).not.toContain('read_text');
  });

  it('says that there is no WebGPU and what helps, and offers no training', async () => {
    await open({ adapter: null });
    await title(NO_WEBGPU);
    expect(screen.getByRole('main').textContent).toContain('Use Chrome 113 or later.');
    expect(main().queryByRole('button')).toBeNull();
    expect(main().queryByRole('textbox')).toBeNull();
  });
});

describe('while a run goes', () => {
  it('reads when asked, with the weights of that moment', async () => {
    const fake = await open();
    await trained(fake, 1);
    await title('Text');
    expect(button('Read now').disabled).toBe(true);
    await write(TEXT);
    await screen.findByText(/^The model is training\. Read now/);
    expect(main().queryByRole('listbox')).toBeNull();
    fireEvent.click(button('Read now'));
    await screen.findByRole('listbox', { name: /^Tokens/ });
    expect(main().getByText(/read at step 500, 512\s000 samples/)).toBeDefined();
    fake.turn();
    await screen.findByText(/the run is at step 1000/);
    expect(main().queryByText(/read at step 1000/)).toBeNull();
  });
});

describe('a run that has ended', () => {
  it('reads what is written by itself: its tokens, and the groups that fire', async () => {
    const fake = await open();
    await trained(fake, ALL);
    await write(TEXT);
    const tokens = await screen.findByRole('listbox', { name: /^Tokens/ });
    expect(
      within(tokens)
        .getAllByRole('option')
        .map(({ textContent }) => textContent),
    ).toEqual(['Lily', 'saw', 'a', 'red', 'ball', 'on', 'Monday', '.']);
    const line = await screen.findByText(/^8 tokens/);
    expect(line.textContent).toContain(`mean surprise ${surprise(1500)} nats`);
    expect(line.textContent).toContain('read at step 1500, 1\u202f536\u202f000 samples');
    expect(screen.queryByRole('button', { name: 'Read now' })).toBeNull();
    // Weekdays fire the 12th group, and no word of the text the one of numbers as strongly.
    const firing = within(screen.getByRole('complementary', { name: 'What fires' }));
    const fired = new Set(scriptedReading(0, 1500, TEXT).groups);
    expect(
      firing.getByRole('heading', { level: 2, name: `${fired.size} groups in this text` }),
    ).toBeDefined();
    expect(firing.getByRole('link', { name: 'Card of group 12' })).toBeDefined();
    expect(firing.queryByRole('link', { name: 'Card of group 2' })).toBeNull();
  });

  it('says that the text has changed until it is read anew', async () => {
    const fake = await open();
    await trained(fake, ALL);
    await write(TEXT);
    await screen.findByText(/^8 tokens/);
    await write('Lily saw a ball.');
    await screen.findByText('the tokens of the text before');
    await screen.findByText(/^5 tokens/);
    expect(screen.queryByText('the tokens of the text before')).toBeNull();
    fireEvent.click(button('Clear'));
    await expect.poll(() => screen.queryByRole('listbox')).toBeNull();
    expect(await own()).toHaveProperty('value', '');
  });

  it('goes on from a prompt once a group is chosen', async () => {
    const fake = await open();
    await trained(fake, ALL);
    await title('Text');
    expect(button('Continue').disabled).toBe(true);
    const find = main().getByRole('combobox', { name: 'The group to steer' });
    fireEvent.change(find, { target: { value: '12' } });
    fireEvent.keyDown(find, { key: 'Enter' });
    await expect.poll(() => button('Continue').disabled).toBe(false);
    const prompt = main().getByRole('textbox', { name: 'Prompt' });
    fireEvent.change(prompt, { target: { value: 'There was' } });
    // Not by a press: this document takes a slider of steps of 0.1 for invalid at 1, as no browser does.
    fireEvent.submit(button('Continue'));
    await expect.poll(() => main().getAllByText(/in group 12; 48 tokens/)).toHaveLength(1);
    const texts = ['on Monday', 'in the sunshine', 'a big, blue kite'];
    for (const text of texts) expect(screen.getByRole('main').textContent).toContain(text);
    expect(screen.getByRole('main').textContent).toContain('at step 1500');
    expect(screen.getByRole('main').textContent).not.toContain('the settings have changed since');
  });

  it('measures what every model costs, side by side', async () => {
    const fake = await open();
    await trained(fake, ALL);
    await title('Text');
    expect(main().queryByRole('table')).toBeNull();
    fireEvent.click(button('Measure'));
    await expect.poll(() => main().queryAllByRole('table')).toHaveLength(5);
    await screen.findByRole('button', { name: 'Measure again' });
    const measured = [0, 1].map((model) => scriptedFaithfulness(model, 512));
    const [scores, , divergences, , costs] = main().getAllByRole('table');
    if (scores === undefined || divergences === undefined || costs === undefined)
      throw new Error('Tables are missing.');
    expect(cellsOf(scores, 'CE score')).toEqual(
      measured.map(
        ({ ce_score_mean_ablation: score }) => `${(100 * (score ?? 0)).toFixed(1)}\u202f%`,
      ),
    );
    expect(cellsOf(divergences, 'autoencoder')).toEqual(
      measured.map(({ kl_sae: kl }) => kl.toFixed(3)),
    );
    // Of the evaluation, on held-out rows.
    expect(cellsOf(costs, 'Bits a token')).toEqual(['18.0', '27.0']);
    expect(screen.getByRole('main').textContent).toContain('On 512 held-out tokens at layer 4');
    expect(screen.getByRole('main').textContent).not.toContain('Not measured');
  });

  it('shows how far a reading is, which can be given up', async () => {
    const fake = await open({ held: ['read_text'] });
    await trained(fake, ALL);
    await write(TEXT);
    const status = await screen.findByText(/Encoding rows… 25 %/);
    expect(screen.queryByRole('listbox')).toBeNull();
    fireEvent.click(within(status).getByRole('button', { name: 'Cancel' }));
    await screen.findByText('Not read yet.');
    expect(fake.commands.at(-1)?.kind).toBe('cancel');
  });

  it('says why nothing was read, written or measured', async () => {
    const fake = await open({ languageTrouble: BUSY });
    await trained(fake, ALL);
    await write(TEXT);
    const alert = await screen.findByRole('alert');
    expect(alert.textContent).toContain(`${BUSY.message} ${BUSY.wayOut}`);
    expect(within(alert).getByRole('button', { name: 'Try again' })).toBeDefined();
    expect(screen.queryByRole('listbox')).toBeNull();
    fireEvent.click(button('Measure'));
    await expect.poll(() => screen.getAllByRole('alert')).toHaveLength(2);
    expect(main().queryByRole('table')).toBeNull();
  });
});

describe('a run that failed', () => {
  it('reads with the weights that it had', async () => {
    const fake = await open({ failAt: 500 });
    await trained(fake, 1);
    await write(TEXT);
    const line = await screen.findByText(/^8 tokens/);
    expect(line.textContent).toContain('read at step 500');
    expect(line.textContent).not.toContain('1500');
  });

  it('says why it never began', async () => {
    const fake = await open({ failAt: 0 });
    const { name } = await trained(fake, 0);
    await title(`${name} could not begin`);
    expect(screen.getByRole('main').textContent).toContain('became NaN at step 0. Lower the');
    expect(main().getByRole('link', { name: 'Go to Train' })).toBeDefined();
    expect(main().queryByRole('textbox')).toBeNull();
  });
});
