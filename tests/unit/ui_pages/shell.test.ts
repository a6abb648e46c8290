// @vitest-environment happy-dom
/** What the frame around the pages says of engine and runs: the adapter, the memory they hold, and troubles. */
import { fireEvent, screen, within } from '@testing-library/react';
import { afterEach, describe, expect, it } from 'vitest';
import { parseRunConfig } from '../../../src/lab/run/run_config';
import { presets } from '../../../src/lab/run/presets';
import { FAKE_ADAPTER } from '../../support/fake_engine';
import { estimateOf } from '../../support/scripted_answers';
import {
  BUSY,
  closePage,
  definition,
  lostWith,
  openPage,
  trained,
} from '../../support/page_states';

const header = () => within(screen.getByRole('banner'));
const estimated = estimateOf(parseRunConfig(presets.figure1.config));
/** Bytes that the default experiment holds, as the header says them. */
const HELD = `${(estimated.bytes / 2 ** 20).toPrecision(3)}\u202fMiB`;
const memory = () => header().queryByText(/MiB$/)?.textContent;

afterEach(closePage);

describe('the header', () => {
  it('names the adapter with its limits, marks the page, and holds no memory before a run', async () => {
    await openPage('runs');
    const links = header().getAllByRole('link');
    const current = links.filter((link) => link.getAttribute('aria-current') === 'page');
    expect(current.map(({ textContent }) => textContent)).toEqual(['Runs']);
    expect(memory()).toBeUndefined();
    fireEvent.click(header().getByRole('button', { name: FAKE_ADAPTER.name }));
    const card = await screen.findByRole('dialog');
    expect(definition('Largest buffer', card)).toBe('4\u202fGiB');
    expect(within(card).getByText(/^This is a software adapter/)).toBeDefined();
    expect(within(card).queryByText(/default limits/)).toBeNull();
  });

  it('counts the memory of every run', async () => {
    const fake = await openPage('runs');
    await trained(fake, 4);
    await expect.poll(memory).toBe(HELD);
    await trained(fake, 1);
    const twice = `${((2 * estimated.bytes) / 2 ** 20).toPrecision(3)}\u202fMiB`;
    await expect.poll(memory).toBe(twice);
    expect(twice).not.toBe(HELD);
  });

  it('says that there is no WebGPU, on every page', async () => {
    await openPage('groups', { adapter: null });
    expect(header().getByText('No WebGPU')).toBeDefined();
    expect(header().queryByText(FAKE_ADAPTER.name)).toBeNull();
  });
});

describe('trouble', () => {
  it('of a lost device is an alert that stays until it is closed; the run it took has failed', async () => {
    const fake = await openPage('runs');
    const run = await trained(fake, 1);
    await expect.poll(memory).toBe(HELD);
    expect(screen.queryByRole('alert')).toBeNull();
    fake.emit(lostWith(run.id));
    const alert = await screen.findByRole('alert');
    expect(alert.textContent).toBe(
      `The graphics device was lost at step 1. ${run.name} was not kept: its weights are lost, its curves stay.${BUSY.wayOut}`,
    );
    await expect.poll(() => screen.getByRole('grid').textContent).toContain('weights lost');
    // The memory of a run without weights is free.
    expect(memory()).toBeUndefined();
    fireEvent.click(within(alert).getByRole('button', { name: 'Close notice' }));
    await expect.poll(() => screen.queryByRole('alert')).toBeNull();
  });

  it('of a command that was not carried out leaves the run as it is', async () => {
    const fake = await openPage('runs');
    const run = await trained(fake, 1);
    fake.emit({ kind: 'command_failed', runId: run.id, command: 'pause', error: BUSY });
    expect((await screen.findByRole('alert')).textContent).toContain(BUSY.message);
    expect(screen.getByRole('grid').textContent).toContain('training');
    expect(memory()).toBe(HELD);
  });
});
