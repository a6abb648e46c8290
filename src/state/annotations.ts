/**
 * What the person says of the units of models, as the page shows it: read from the engine when a model is looked at, changed
 * at once here, and sent to where the run is kept when the hand rests, at the latest when the page goes away. What the engine has
 * not confirmed then waits in the browser for the next visit. Errors come as notices. Knows no React.
 */
import { create } from 'zustand';
import {
  isSilent,
  merged,
  NO_ANNOTATION,
  withChanges,
  type UnitAnnotation,
  type UnitAnnotations,
  type UnitChanges,
} from '../lab/run/annotations';
import { earlierAnnotations, forgetEarlierAnnotations } from './earlier_annotations';
import { engine } from './engine_store';
import { notifyError } from './notices_store';
import { modelKey } from './questions';
import { runOf } from './runs_store';
import { forgetWritten, takeUnsent, writeUnsent } from './unsent_annotations';

/** A model that is looked at. */
export interface Annotated {
  readonly runId: string;
  readonly model: number;
  /** Steps behind the weights that are shown. */
  readonly step: number;
}

interface AnnotationsState {
  /** By `modelKey`; absent until they are read. */
  readonly byModel: Readonly<Record<string, UnitAnnotations>>;
}

export const useAnnotations = create<AnnotationsState>()(() => ({ byModel: {} }));

const NOTHING: UnitAnnotations = {};

/** The annotations of a model; the same object while nothing changed. */
export function annotationsOf(
  { byModel }: AnnotationsState,
  runId: string,
  model: number,
): UnitAnnotations {
  return byModel[modelKey(runId, model)] ?? NOTHING;
}

/** Changes that wait to be sent, or to be confirmed. */
export interface Unsent extends Annotated {
  readonly changes: UnitChanges;
}

/** Milliseconds that the hand rests before changes are sent. */
const REST = 800;

/** By `modelKey`: what waits, what is on its way, and when that has ended. */
const waiting = new Map<string, Unsent>();
const onTheWay = new Map<string, Unsent>();
const sending = new Map<string, Promise<boolean>>();
const reading = new Map<string, Promise<boolean>>();
let timer: ReturnType<typeof setTimeout> | undefined;

const knownOf = (key: string): UnitAnnotations | undefined =>
  useAnnotations.getState().byModel[key];

/** Reads the annotations of a model, unless there are some; tells whether they are known then. */
export function readAnnotationsOf(about: Annotated): Promise<boolean> {
  followPage();
  const key = modelKey(about.runId, about.model);
  // Of weights that were trained on, others may be known where these have none.
  if (Object.keys(knownOf(key) ?? {}).length > 0) return Promise.resolve(true);
  const before = reading.get(key);
  if (before !== undefined) return before;
  const read = readAgain(about)
    .then(() => takeEarlier(about))
    .catch(notifyError)
    .then(() => knownOf(key) !== undefined)
    .finally(() => reading.delete(key));
  reading.set(key, read);
  return read;
}

/** Reads what another tab may have changed; what waits here counts over it. */
async function readAgain({ runId, model, step }: Annotated): Promise<void> {
  const { units } = await engine.ask('annotations', { runId, annotated: model, step });
  show(modelKey(runId, model), units);
}

/** Shows what the engine says, with what it has not heard yet. */
function show(key: string, units: UnitAnnotations): void {
  const mine = { ...onTheWay.get(key)?.changes, ...waiting.get(key)?.changes };
  const all = withChanges(units, mine);
  useAnnotations.setState(({ byModel }) => ({ byModel: { ...byModel, [key]: all } }));
}

/** What earlier versions of the page kept by the settings of a run becomes that of the first such run that is looked at. */
async function takeEarlier(about: Annotated): Promise<void> {
  const { runId, model } = about;
  const config = runOf(runId)?.config;
  const earlier = config === undefined ? null : earlierAnnotations(config, model);
  if (config === undefined || earlier === null) return;
  const both = merged(knownOf(modelKey(runId, model)) ?? {}, earlier);
  change(about, Object.fromEntries(Object.keys(earlier).map((unit) => [unit, both[unit] ?? null])));
  if (await flushAnnotations()) forgetEarlierAnnotations(config, model);
}

/**
 * Changes what is said of a unit; what was said before is the argument of `edit`. Waits until that is known, so that nothing
 * is replaced unseen.
 */
export function annotate(
  about: Annotated,
  unit: number,
  edit: (before: UnitAnnotation) => UnitAnnotation,
): void {
  const known = knownOf(modelKey(about.runId, about.model));
  if (known === undefined) {
    void readAnnotationsOf(about).then((isKnown) => {
      if (isKnown) annotate(about, unit, edit);
    });
    return;
  }
  const after = { ...edit(known[unit] ?? NO_ANNOTATION), step: about.step };
  change(about, { [unit]: isSilent(after) ? null : after });
}

/** Replaces what is said of several units, at once. */
export function replaceAnnotations(about: Annotated, changes: UnitChanges): void {
  change(about, changes);
  void flushAnnotations();
}

function change({ runId, model, step }: Annotated, changes: UnitChanges): void {
  const key = modelKey(runId, model);
  const before = waiting.get(key)?.changes;
  waiting.set(key, { runId, model, step, changes: { ...before, ...changes } });
  const known = knownOf(key);
  if (known !== undefined) show(key, known);
  clearTimeout(timer);
  timer = setTimeout(() => void flushAnnotations(), REST);
}

/** Sends what waits; tells whether all of it is kept. What could not be kept waits on. */
export async function flushAnnotations(): Promise<boolean> {
  clearTimeout(timer);
  const sent = await Promise.all([...new Set([...waiting.keys(), ...sending.keys()])].map(send));
  return sent.every(Boolean);
}

/** One after the other for a model, so that the latest is the last. */
function send(key: string): Promise<boolean> {
  const before = sending.get(key);
  if (before !== undefined) return before.then(() => (waiting.has(key) ? send(key) : true));
  const sent = sendNow(key).finally(() => sending.delete(key));
  sending.set(key, sent);
  return sent;
}

async function sendNow(key: string): Promise<boolean> {
  const unsent = waiting.get(key);
  if (unsent === undefined) return true;
  const { runId, model, step, changes } = unsent;
  waiting.delete(key);
  onTheWay.set(key, unsent);
  try {
    const { units } = await engine.ask('annotate', { runId, annotated: model, step, changes });
    onTheWay.delete(key);
    show(key, units);
    forgetWritten(whatIsUnsent());
    return true;
  } catch (error) {
    onTheWay.delete(key);
    waiting.set(key, { ...unsent, changes: { ...changes, ...waiting.get(key)?.changes } });
    notifyError(error);
    return false;
  }
}

const whatIsUnsent = (): readonly Unsent[] => [...onTheWay.values(), ...waiting.values()];

let followed = false;

/** Sends and writes down what waits when the page goes away, and looks what other tabs did when it comes back. */
function followPage(): void {
  if (followed) return;
  followed = true;
  for (const { changes, ...about } of takeUnsent()) change(about, changes);
  writeUnsent(whatIsUnsent());
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden') leave();
    else comeBack();
  });
  window.addEventListener('pagehide', leave);
}

function leave(): void {
  // The page may be gone before the engine hears of it.
  writeUnsent(whatIsUnsent());
  void flushAnnotations();
}

function comeBack(): void {
  for (const key of Object.keys(useAnnotations.getState().byModel)) {
    const [runId = '', model = '0'] = key.split('/');
    const run = runOf(runId);
    if (run === undefined) continue;
    readAgain({ runId, model: Number(model), step: run.step }).catch(notifyError);
  }
}
