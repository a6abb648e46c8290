// @vitest-environment happy-dom
/** The Runs page in every state of a run: one row each, with its numbers, and what can be done with it. */
import { act, fireEvent, screen, within } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ListedRun, RunPast } from '../../../src/lab/protocol/protocol';
import { sha256Of } from '../../../src/io/sha256';
import { presets } from '../../../src/lab/run/presets';
import { parseRunConfig } from '../../../src/lab/run/run_config';
import { showRecordedRun } from '../../../src/state/recorded';
import { hasUnsavedWeights } from '../../../src/state/run_record';
import { renameRun, runOf } from '../../../src/state/runs_store';
import { useView } from '../../../src/state/view_store';
import { obstacleOf } from '../../../src/ui/parts/use_analysis';
import { evaluationOf, recordOf } from '../../support/scripted_answers';
import { BUSY, closePage, openPage, scripted, trained } from '../../support/page_states';
import { listedRun, rowOf as row, runsTable as table, withColumns } from '../../support/runs_table';

const both = (value: (model: 0 | 1) => number | null | undefined, decimals: number) =>
  ([0, 1] as const).map((model) => value(model)?.toFixed(decimals)).join('');
const explained = (step: number) =>
  both((model) => scripted('figure1', step, model).metrics['metrics/explained_variance'], 3);

beforeEach(withColumns);
afterEach(closePage);

describe('without a run', () => {
  it('says that there is none, and where to begin', async () => {
    await openPage('runs');
    expect(screen.getByRole('heading', { level: 1, name: 'No runs yet' })).toBeDefined();
    const main = within(screen.getByRole('main'));
    expect(main.getByRole('link', { name: 'Go to Train' }).getAttribute('href')).toMatch(
      /#\/train/,
    );
    expect(main.getByRole('button', { name: 'Open weights…' })).toBeDefined();
    expect(screen.queryByRole('grid')).toBeNull();
    expect(screen.getByRole('main').textContent).not.toMatch(/\d/);
  });
});

describe('a run that goes', () => {
  it('has the last batch, no held-out numbers, and cannot be deleted', async () => {
    const fake = await openPage('runs');
    const { name } = await trained(fake, 1);
    await expect.poll(() => row(name)['Batch EV']).toBe(explained(250));
    expect(row(name)).toMatchObject({
      Status: 'training',
      Data: 'Circle, sphere, helix',
      Models: 'SASA64 × 4, s 1TopK SAE256, k 4',
      EV: '––',
      Loss: '––',
      Dead: '––',
      Rows: '––',
      Steps: '250 of 1000',
    });
    expect(table().getAttribute('aria-rowcount')).toBe('2');
    const actions = screen.getByRole('button', { name: `Actions on ${name}` });
    fireEvent.keyDown(actions, { key: 'Enter' });
    const items = await screen.findAllByRole('menuitem');
    const remove = items.find(({ textContent }) => textContent === 'Delete');
    expect(remove?.getAttribute('aria-disabled')).toBe('true');
  });
});

describe('a run that has ended', () => {
  it('has held-out numbers of every model with their rows, and can be exported', async () => {
    const fake = await openPage('runs');
    const { name } = await trained(fake, 4);
    const held = (model: number) => scripted('figure1', 1000, model).heldOut;
    await expect
      .poll(() => row(name)['EV'])
      .toBe(both((model) => held(model).explained_variance, 3));
    expect(row(name)).toMatchObject({
      Status: 'finished',
      'Batch EV': explained(1000),
      Loss: both((model) => held(model).mse, 3),
      l0: both((model) => held(model).l0, 1),
      Pruned: both((model) => held(model).pruned_l0 ?? null, 1),
      Units: both((model) => held(model).groups_per_token ?? null, 1),
      Dead: both((model) => held(model).dead_groups, 0),
      Rows: 'held out, 16\u202f384 rows'.repeat(2),
      Steps: '1000',
    });
    await expect.poll(() => row(name)['Bits']).toBe('18.027.0');
    expect(row(name)['EV']).not.toBe(row(name)['Batch EV']);
    const open = within(table()).getByRole<HTMLButtonElement>('button', { name: 'Export' });
    expect(open.disabled).toBe(false);
    expect(within(table()).queryByRole('button', { name: 'Evaluate' })).toBeNull();
  });

  it('says that its evaluation failed, with the reason, and evaluates again when asked', async () => {
    const fake = await openPage('runs', { refused: { evaluate: BUSY } });
    const { name } = await trained(fake, 4);
    const again = await screen.findByRole('button', { name: 'Try again' });
    expect(again.title).toBe(BUSY.message);
    expect(row(name)['EV']).toBe('Try again–');
    const asked = () => fake.asked.filter((name) => name === 'evaluate').length;
    const before = asked();
    fireEvent.click(again);
    await expect.poll(asked).toBe(before + 1);
  });

  it('stands below a newer one, each with its own numbers', async () => {
    const fake = await openPage('runs');
    const first = await trained(fake, 4);
    const second = await trained(fake, 1);
    await expect.poll(() => row(second.name)['Batch EV']).toBe(explained(250));
    const rows = within(table())
      .getAllByRole('row')
      .slice(1)
      .map(({ textContent }) => textContent);
    expect(rows).toHaveLength(2);
    expect(rows[0]).toContain(`${second.name}showntraining`);
    expect(rows[1]).toContain(`${first.name}finished`);
    expect(rows[1]).toContain(explained(1000));
    expect(rows[1]).not.toContain(explained(250));
  });

  it('is marked as the one that all pages show, and not as one that is chosen', async () => {
    const fake = await openPage('runs');
    const first = await trained(fake, 4);
    await trained(fake, 1);
    const rows = () => within(table()).getAllByRole('row').slice(1);
    const current = () => rows().map((each) => each.getAttribute('aria-current'));
    expect(current()).toEqual(['true', null]);
    expect(rows().map((each) => each.getAttribute('aria-selected'))).toEqual(['false', 'false']);
    act(() => useView.getState().showRun(first.id));
    expect(current()).toEqual([null, 'true']);
  });
});

describe('a run that failed', () => {
  it('says why and what helps, keeps its curves, and offers what its weights still give', async () => {
    const fake = await openPage('runs', { failAt: 500 });
    const { name } = await trained(fake, 2);
    await expect.poll(() => row(name)['Batch EV']).toBe(explained(500));
    const status = row(name)['Status'];
    expect(status).toContain('failed: losses/mse_loss of SASA became NaN at step 500.');
    expect(status).toContain('Lower the learning rate');
    expect(row(name)['Steps']).toBe('500 of 1000');
    expect(row(name)['EV']).toBe('Evaluate–');
  });

  it('has nothing to evaluate when it never began', async () => {
    const fake = await openPage('runs', { failAt: 0 });
    const { name } = await trained(fake, 0);
    await screen.findByRole('button', { name });
    expect(row(name)).toMatchObject({
      'Batch EV': '––',
      EV: '––',
      Steps: '0 of 1000',
      Time: '–',
    });
    expect(row(name)['Status']).toContain('at step 0');
    expect(within(table()).queryByRole('button', { name: 'Evaluate' })).toBeNull();
  });
});

describe('without WebGPU', () => {
  it('lists nothing, says why, and offers neither training nor opening', async () => {
    await openPage('runs', { adapter: null });
    expect(screen.getByRole('heading', { level: 1, name: 'No runs yet' })).toBeDefined();
    const main = screen.getByRole('main');
    expect(main.textContent).toContain('This browser has no WebGPU. Use Chrome 113 or later.');
    expect(screen.queryByRole('grid')).toBeNull();
    expect(within(main).queryByRole('button')).toBeNull();
    expect(within(main).queryByRole('link', { name: 'Go to Train' })).toBeNull();
  });

  it('lists the recorded run, which can be neither evaluated nor exported, and opens no weights', async () => {
    await openPage('runs', { adapter: null });
    await act(showRecordedRun);
    expect(row('Recorded run')).toMatchObject({ Status: 'recorded', EV: '––' });
    const button = within(table()).getByRole<HTMLButtonElement>('button', { name: 'Export' });
    expect(button.disabled).toBe(true);
    expect(button.title).toBe('Its weights are not in this page');
    expect(screen.queryByRole('button', { name: 'Open weights…' })).toBeNull();
    expect(screen.getByRole('main').textContent).toContain('Weights cannot be opened here.');
  });
});

describe('runs that this browser keeps', () => {
  const { config } = presets.figure1;
  const settings = parseRunConfig(config);
  const scriptedRun = (step: number) => ({
    id: 'kept',
    config: settings,
    total: 1000,
    step,
    going: false,
  });
  const pastUntil = (step: number): RunPast => ({
    step,
    seconds: 12,
    records: [250, 500, 750, 1000]
      .filter((each) => each <= step)
      .flatMap((each) =>
        settings.models.map((model, index) => recordOf(scriptedRun(each), model, index)),
      ),
    changes: [],
    before: null,
    reports: settings.models.map((model, index) =>
      step === 1000 ? evaluationOf(scriptedRun(step), model, index).report : null,
    ),
  });
  const open = async (own: Partial<ListedRun>) => {
    const run = listedRun({ id: 'kept', name: 'Run 70', ...own });
    const fake = await openPage('runs', {
      kept: [run],
      pasts: { kept: pastUntil(run.step) },
    });
    await screen.findByRole('button', { name: 'Run 70' });
    return fake;
  };
  it('are there with their last numbers, where they stopped, and what they take', async () => {
    await open({});
    await expect.poll(() => row('Run 70')['Batch EV']).toBe(explained(500));
    expect(row('Run 70')).toMatchObject({
      Status: 'stopped at step 500Resume',
      Steps: '500 of 1000',
    });
    expect(screen.getByRole('main').textContent).toMatch(
      /1 run is kept in this browser: 3\sMiB, 1\sGiB free/,
    );
    expect(runOf('kept')?.models[0]?.metrics.steps.length).toBe(2);
  });

  it('go on from there at a press, with one curve', async () => {
    const fake = await open({});
    fireEvent.click(screen.getByRole('button', { name: 'Resume' }));
    await expect.poll(() => runOf('kept')?.status).toBe('running');
    expect(screen.queryByRole('button', { name: 'Resume' })).toBeNull();
    fake.turn();
    await expect.poll(() => runOf('kept')?.step).toBe(750);
    const steps = runOf('kept')?.models[0]?.metrics.steps.view() ?? [];
    expect(Array.from(steps).slice(0, 2)).toEqual([250, 500]);
    expect(new Set(steps).size).toBe(steps.length);
    // What is new gets a number of its own.
    expect((await trained(fake, 0)).name).toBe('Run 71');
  });

  it('have their held-out results when they are finished, and can be asked about', async () => {
    const fake = await open({ status: 'finished', step: 1000 });
    const held = (model: number) => scripted('figure1', 1000, model).heldOut;
    await expect
      .poll(() => row('Run 70')['EV'])
      .toBe(both((model) => held(model).explained_variance, 3));
    expect(screen.queryByRole('button', { name: 'Resume' })).toBeNull();
    expect(fake.asked).not.toContain('evaluate');
    expect(obstacleOf(runOf('kept'))).toBeNull();
  });

  it('say which file they need, and do not go on without it', async () => {
    const own = new File(['123456789'], 'acts.npy');
    const sha256 = await sha256Of(new Uint8Array(await own.arrayBuffer()));
    const file = { setting: 'path' as const, name: 'acts.npy', bytes: 9, sha256 };
    const fake = await open({ data: { rows: 12345, width: 4, files: [file] } });
    const resume = screen.getByRole('button', { name: 'Resume' });
    expect(resume.title).toBe(
      `It was trained on acts.npy (12\u202f345 rows, 9\u202fB, sha256 ${sha256.slice(0, 8)}…)`,
    );
    expect(screen.getByText('needs acts.npy')).toBeDefined();
    fireEvent.click(resume);
    expect(fake.commands.some(({ kind }) => kind === 'reopen')).toBe(false);
    const picker = () => screen.getByLabelText('The file that Run 70 was trained on');
    fireEvent.change(picker(), { target: { files: [new File(['12345'], 'acts.npy')] } });
    const wrong = await screen.findByRole('alert');
    expect(wrong.textContent).toMatch(/^Run 70 needs acts.npy .*5 bytes; 9 bytes are needed\.$/);
    expect(fake.commands.some(({ kind }) => kind === 'reopen')).toBe(false);
    fireEvent.change(picker(), { target: { files: [own] } });
    await expect.poll(() => runOf('kept')?.status).toBe('running');
    expect(runOf('kept')?.file).toBe(own);
    expect(screen.queryByText('needs acts.npy')).toBeNull();
  });

  it('ask for their file where an answer would be, and go on by themselves once it is given', async () => {
    // The page knows all files of a visit: one of another name.
    const own = new File(['123456789'], 'rows.npy');
    const sha256 = await sha256Of(new Uint8Array(await own.arrayBuffer()));
    const file = { setting: 'path' as const, name: 'rows.npy', bytes: 9, sha256 };
    const data = { rows: 12345, width: 4, files: [file] };
    const fake = await open({ status: 'finished', step: 1000, data });
    act(() => {
      useView.getState().showRun('kept');
      window.location.hash = '#/groups';
    });
    await screen.findByRole('heading', { name: 'This run needs rows.npy' });
    expect(screen.getByText(/^Run 70 was trained on rows.npy \(12.345 rows, 9.B, /)).toBeDefined();
    expect(fake.asked).not.toContain('groups');
    fireEvent.change(screen.getByLabelText('Files that Run 70 was trained on'), {
      target: { files: [new File(['12345678?'], 'rows.npy')] },
    });
    expect((await screen.findByRole('alert')).textContent).toMatch(/^rows.npy has other content:/);
    expect(fake.asked).not.toContain('groups');
    fireEvent.change(screen.getByLabelText('Files that Run 70 was trained on'), {
      target: { files: [own] },
    });
    await expect.poll(() => fake.asked).toContain('groups');
    // This browser gave no handle with it.
    await screen.findByText('Keep a copy of rows.npy?');
    fireEvent.click(screen.getByRole('button', { name: /^Keep 9.B$/ }));
    await screen.findByText('A copy is kept: Run 70 goes on after a reload.');
  });

  it('are deleted with an undo, and renamed where they are kept', async () => {
    const fake = await open({});
    act(() => renameRun('kept', 'Mine'));
    await expect.poll(() => fake.asked).toContain('rename_kept_run');
    const remove = async () => {
      fireEvent.keyDown(screen.getByRole('button', { name: 'Actions on Mine' }), { key: 'Enter' });
      fireEvent.click(await screen.findByRole('menuitem', { name: 'Delete' }));
      await screen.findByText('Deleted Mine');
    };
    await remove();
    expect(screen.queryByRole('button', { name: 'Mine' })).toBeNull();
    fireEvent.click(screen.getByRole('button', { name: 'Undo' }));
    await screen.findByRole('button', { name: 'Mine' });
    expect(fake.asked.filter((name) => /_kept_run$/.test(name)).slice(-2)).toEqual([
      'delete_kept_run',
      'restore_kept_run',
    ]);
  });

  it('say once that a run is not kept, and why', async () => {
    const fake = await openPage('runs');
    const { id, name } = await trained(fake, 1);
    act(() => fake.emit({ kind: 'not_kept', runId: id, error: BUSY }));
    await screen.findByText(`${name} is not kept. The device was busy.`);
    const run = runOf(id);
    if (run === undefined) throw new Error(id);
    expect(hasUnsavedWeights(run)).toBe(true);
    act(() => fake.emit({ kind: 'kept', runId: id, step: 250, checkpoints: [250] }));
    await expect.poll(() => hasUnsavedWeights(runOf(id) ?? run)).toBe(false);
  });
});
