/**
 * The page as a person meets it, in any state of a run: the whole of it rendered into a document, its stores fed by
 * the scripted engine. Tests ask what is there by role and name, and which numbers.
 *
 * A document without layout has elements of no size and a canvas that paints nothing: every element gets the size of
 * a window, which is all that figures and long tables ask for, and what is painted on a canvas is not looked at.
 */
import { cleanup, configure, render, screen } from '@testing-library/react';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { createElement } from 'react';
import { expect, vi } from 'vitest';
import { POLL_LIMIT_MS } from '../../scripts/limits.mjs';
import { at } from '../../src/base/array';
import type { LabErrorData } from '../../src/base/lab_error';
import type { Event as EngineEvent } from '../../src/lab/protocol/protocol';
import { presets, type PresetId } from '../../src/lab/run/presets';
import { parseRunConfig, totalSteps } from '../../src/lab/run/run_config';
import { useAnnotations } from '../../src/state/annotations';
import { languageModelMissing, useDraftFacts } from '../../src/state/draft_facts';
import { useData } from '../../src/state/data_store';
import { engine, setWorkerFactory, startEngine, useEngine } from '../../src/state/engine_store';
import { openExperiment } from '../../src/state/experiment_store';
import { useLanguageModels } from '../../src/state/language_models_store';
import { useNotices } from '../../src/state/notices_store';
import { modelKey, questionOf, useQuestions } from '../../src/state/questions';
import type { Run } from '../../src/state/run_record';
import { useLasting } from '../../src/state/lasting_storage';
import { useRunFiles } from '../../src/state/run_files';
import { useQueue } from '../../src/state/run_queue';
import { runOf, useRuns } from '../../src/state/runs_store';
import { useText } from '../../src/state/text_store';
import { train } from '../../src/state/training';
import { useView } from '../../src/state/view_store';
import { useRunsView } from '../../src/ui/pages/runs/runs_view';
import { App } from '../../src/ui/App';
import { FAKE_ADAPTER, FakeEngine, type FakeOptions } from './fake_engine';
import { evaluationOf, recordOf, type ScriptedRun } from './scripted_answers';

configure({ asyncUtilTimeout: POLL_LIMIT_MS });

/** Size of everything, in CSS pixels. */
const SIZE = { Width: 800, Height: 400 };
for (const [side, pixels] of Object.entries(SIZE)) {
  for (const kind of ['client', 'offset']) {
    Object.defineProperty(HTMLElement.prototype, `${kind}${side}`, { get: () => pixels });
  }
}

/** Steps of a turn of the scripted engine: a quarter of the default experiment. */
export const STEPS = 250;

/** A refusal of the engine that is none of the page's fault. */
export const BUSY: LabErrorData = {
  code: 'internal',
  message: 'The device was busy.',
  wayOut: 'Ask again in a moment.',
};

/** The heading of a page that can do nothing without WebGPU. */
export const NO_WEBGPU = 'The lab needs WebGPU, and this browser does not offer it';

const RECORDED = resolve(import.meta.dirname, '../../public/data/recorded/figure1.json');

export type PageId = 'train' | 'groups' | 'diagnose' | 'text' | 'data' | 'runs';

export interface PageOptions extends Partial<FakeOptions> {
  /** What lies in the draft; the default experiment unless told. */
  readonly preset?: PresetId;
}

/** Opens a page on an engine of its own, before anything was trained, and waits until the engine has answered. */
export async function openPage(page: PageId, options: PageOptions = {}): Promise<FakeEngine> {
  const { preset = 'figure1', ...engineOptions } = options;
  const fake = new FakeEngine({
    interval: 0,
    stepsPerTurn: STEPS,
    adapter: FAKE_ADAPTER,
    documents: 12,
    ...engineOptions,
  });
  // Served as by the host of the page: the recorded run, which takes the engine's place where there is none.
  vi.stubGlobal('fetch', async () => {
    const headers = { 'content-type': 'application/json' };
    return new Response(await readFile(RECORDED, 'utf8'), { headers });
  });
  openExperiment(presets[preset].config);
  startOn(fake);
  await expect.poll(() => useEngine.getState().connection.kind).not.toBe('connecting');
  if (useEngine.getState().connection.kind === 'ready') {
    // Nothing is asked about data that need a language model from elsewhere.
    const known = languageModelMissing(parseRunConfig(presets[preset].config).data) === null;
    if (known) await expect.poll(() => useDraftFacts.getState().estimate).not.toBeNull();
  }
  window.location.hash = `#/${page}`;
  render(createElement(App));
  await screen.findByRole('main');
  return fake;
}

let started = false;

/** A page starts its engine once in its life; another takes its place when it was closed. */
function startOn(fake: FakeEngine): void {
  setWorkerFactory(() => fake);
  if (started) {
    // The draft of the test before may have asked something after its page was closed.
    engine.close();
    engine.revive();
    useEngine.setState({ connection: { kind: 'connecting' } });
    engine.connect(document.baseURI);
  } else startEngine();
  started = true;
}

/** What the engine says when a run is lost with the device. */
export function lostWith(runId: string): EngineEvent {
  const fate = { runId, at: 1, from: null, outcome: 'ended', error: BUSY } as const;
  return { kind: 'device_lost', error: BUSY, fates: [fate] };
}

/** Takes the page and its engine away, and all that the stores hold of them; for `afterEach`. */
export async function closePage(): Promise<void> {
  cleanup();
  engine.close();
  // What was asked and is given up now still says so.
  await new Promise((done) => setTimeout(done, 0));
  useAnnotations.setState(useAnnotations.getInitialState(), true);
  useQuestions.setState(useQuestions.getInitialState(), true);
  useDraftFacts.setState(useDraftFacts.getInitialState(), true);
  useData.setState(useData.getInitialState(), true);
  useLanguageModels.setState(useLanguageModels.getInitialState(), true);
  useNotices.setState(useNotices.getInitialState(), true);
  useRunFiles.setState(useRunFiles.getInitialState(), true);
  useRuns.setState(useRuns.getInitialState(), true);
  useQueue.setState({ waiting: [], held: null, going: null });
  useLasting.setState(useLasting.getInitialState(), true);
  useRunsView.setState(useRunsView.getInitialState(), true);
  useText.setState(useText.getInitialState(), true);
  useView.setState(useView.getInitialState(), true);
  vi.unstubAllGlobals();
}

/**
 * Starts what lies in the draft and has the engine take so many turns; the run, once its store knows of all of them and
 * the evaluation of one that is over has ended, one way or the other.
 */
export async function trained(fake: FakeEngine, turns: number): Promise<Run> {
  const id = await train();
  if (id === null) throw new Error('The draft cannot be trained.');
  await expect.poll(() => runNow(id).status).not.toBe('preparing');
  if (runNow(id).status === 'failed') return runNow(id);
  // Told in one piece a moment later; the first picture came with the start.
  await expect.poll(() => runNow(id).revision).toBe(1);
  for (let turn = 0; turn < turns; turn++) fake.turn();
  if (turns > 0) await expect.poll(() => runNow(id).revision).toBeGreaterThan(1);
  if (runNow(id).status === 'finished') await expect.poll(() => isEvaluated(runNow(id))).toBe(true);
  return runNow(id);
}

function runNow(id: string): Run {
  const run = runOf(id);
  if (run === undefined) throw new Error(`There is no run ${id}.`);
  return run;
}

/** Whether all models of a run were evaluated on held-out rows, bits too, or one could not be. */
function isEvaluated({ id, models }: Run): boolean {
  const evaluations = models.map(({ index }) =>
    questionOf(useQuestions.getState(), 'evaluate', modelKey(id, index)),
  );
  return (
    evaluations.every(({ answer }) => answer?.report.bits_rows !== undefined) ||
    evaluations.some(({ error }) => error !== null)
  );
}

/** What the scripted engine says of a preset's model after so many steps. */
export function scripted(preset: PresetId, step: number, model: number) {
  const config = parseRunConfig(presets[preset].config);
  const total = totalSteps(config.training);
  const run: ScriptedRun = { id: '', config, total, step, going: false };
  const settings = at(config.models, model);
  return {
    metrics: recordOf(run, settings, model).values,
    heldOut: evaluationOf(run, settings, model, { bits: true }).report,
  };
}

/** What stands behind a term that begins with `title`, in a list of terms and definitions. */
export function definition(title: string, within = screen.getByRole('main')): string {
  const terms = [...within.querySelectorAll('dt')].filter(({ textContent }) =>
    textContent.startsWith(title),
  );
  if (terms.length !== 1) throw new Error(`${terms.length} terms begin with ${title}.`);
  return at(terms, 0).nextElementSibling?.textContent ?? '';
}

/** Texts of the cells of the one row of a table whose first cell is `head`, without that. */
export function cellsOf(table: HTMLElement, head: string): readonly string[] {
  const rows = [...table.querySelectorAll('tr, [role="row"]')].map((row) =>
    Array.from(row.children, ({ textContent }) => textContent.trim()),
  );
  const found = rows.filter(([first]) => first === head);
  if (found.length !== 1) throw new Error(`${found.length} rows are called ${head}.`);
  return at(found, 0).slice(1);
}
