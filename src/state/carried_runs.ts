/**
 * Runs on their way out of this browser or into it: what is asked before, how far it is, and what came of it. One goes at
 * a time. The engine does the work; what went wrong stays until it is read. Knows no React.
 */
import { create } from 'zustand';
import { describeError, type LabErrorData } from '../base/lab_error';
import { saveFile } from '../io/figure_export';
import type {
  ExportSize,
  ImportedRun,
  PlacedFile,
  WhichCheckpoints,
} from '../lab/protocol/protocol';
import type { EngineClient } from './engine_client';
import { listKeptRuns } from './kept_runs';
import { notify } from './notices_store';
import { useView } from './view_store';

/** How far it is. */
export interface CarryingProgress {
  /** Share done, 0 to 1. */
  readonly fraction: number;
  /** The run that is being carried; '' before the first. */
  readonly run: string;
}

interface Carrying {
  /** Null while it is not under way. */
  readonly progress: CarryingProgress | null;
  readonly error: LabErrorData | null;
}

/** Runs that go out once the person says so. */
export interface Export extends Carrying {
  readonly kind: 'export';
  /** The one run; null for all of them. */
  readonly run: { readonly id: string; readonly name: string } | null;
  /** Null while it is not known. */
  readonly size: ExportSize | null;
  readonly checkpoints: WhichCheckpoints;
}

/** Runs that come in. */
export interface Import extends Carrying {
  readonly kind: 'import';
  /** Bytes of the files. */
  readonly bytes: number;
  /** Null until all are dealt with. */
  readonly results: readonly ImportedRun[] | null;
}

export const useCarried = create<{ readonly current: Export | Import | null }>()(() => ({
  current: null,
}));

let underWay: AbortController | null = null;

/** Whether runs are on their way. */
function isCarrying(): boolean {
  return underWay !== null;
}

/** Gives up what is under way, or puts away what is shown. */
export function leaveCarrying(): void {
  if (underWay !== null) underWay.abort();
  else useCarried.setState({ current: null });
}

/** Asks how large an export would be; nothing goes out before `exportRuns`. */
export async function prepareExport(engine: EngineClient, run: Export['run']): Promise<void> {
  if (isCarrying()) return;
  useCarried.setState({
    current: {
      kind: 'export',
      run,
      size: null,
      checkpoints: 'latest',
      progress: null,
      error: null,
    },
  });
  try {
    const runIds = run === null ? null : [run.id];
    changeExport({ size: await engine.ask('weigh_kept_runs', { runIds }) });
  } catch (error) {
    changeExport({ error: describeError(error) });
  }
}

/** Chooses which checkpoints go out. */
export function chooseCheckpoints(checkpoints: WhichCheckpoints): void {
  changeExport({ checkpoints });
}

/** About how many bytes an export has; null while it is not known. */
export function exportBytes({ size, checkpoints }: Export): number | null {
  if (size === null) return null;
  return size.bytes + (checkpoints === 'all' ? size.olderBytes : 0);
}

/** Name of the .zip: that of the run, or of the day. */
export function exportName({ run }: Pick<Export, 'run'>, now: Date): string {
  // As ISO writes it, of this place's day.
  if (run === null) return `SASA lab runs ${now.toLocaleDateString('sv-SE')}.zip`;
  return `${run.name.replace(/[\\/:*?"<>|\p{Cc}]+/gu, '-')}.zip`;
}

/** Sends the prepared runs out as one .zip, into a file of the person or as a download. */
export async function exportRuns(
  engine: EngineClient,
  to: FileSystemFileHandle | null,
): Promise<void> {
  const { current } = useCarried.getState();
  if (current?.kind !== 'export' || isCarrying()) return;
  const { run, checkpoints } = current;
  const name = to?.name ?? exportName(current, new Date());
  const runIds = run === null ? null : [run.id];
  const out = await carry((options) =>
    engine.ask('export_kept_runs', { runIds, checkpoints, to }, options),
  );
  if (out === null) return;
  if (out.file !== null) saveFile(out.file, name, out.file.type);
  useCarried.setState({ current: null });
  notify({
    tone: 'info',
    title: `Exported ${run?.name ?? countText(out.runs)} as ${name}`,
    detail:
      'It can be imported on this page elsewhere; its folders are those of "lab train --out".',
  });
}

/** Takes in the runs in files. Resolves when it is over, however it went. */
export async function importRuns(
  engine: EngineClient,
  files: readonly PlacedFile[],
): Promise<'done' | 'nowhere' | 'failed'> {
  if (isCarrying()) {
    notify({
      tone: 'error',
      title: 'Other runs are on their way.',
      detail: 'Give these again when those are there.',
    });
    return 'failed';
  }
  const bytes = files.reduce((sum, { file }) => sum + file.size, 0);
  useCarried.setState({
    current: { kind: 'import', bytes, results: null, progress: null, error: null },
  });
  const results = await carry((options) => engine.ask('import_runs', { files }, options));
  const { current } = useCarried.getState();
  await listKeptRuns(engine);
  if (results === null) {
    // There is no place for them: what else can be made of the files is for others to say.
    return current?.error?.code === 'not_found' ? 'nowhere' : 'failed';
  }
  showResults(results);
  return 'done';
}

/** What all went well is told in passing; the rest stays to be read. */
function showResults(results: readonly ImportedRun[]): void {
  const came = results.flatMap((each) => (each.outcome === 'imported' ? [each] : []));
  const [first] = came;
  if (first === undefined || came.length < results.length) {
    const { current } = useCarried.getState();
    if (current?.kind === 'import') useCarried.setState({ current: { ...current, results } });
    return;
  }
  useCarried.setState({ current: null });
  notify({
    tone: 'info',
    title: `Imported ${came.length === 1 ? first.name : countText(came.length)}`,
    action: { label: 'Show', run: () => useView.getState().showRun(first.runId) },
  });
}

/** Does the work with its progress; null when it was given up or failed. */
async function carry<Answer>(
  work: (options: {
    readonly signal: AbortSignal;
    readonly onProgress: (fraction: number, run: string) => void;
  }) => Promise<Answer>,
): Promise<Answer | null> {
  const controller = new AbortController();
  underWay = controller;
  const change = (changed: Partial<Carrying>) => {
    const { current } = useCarried.getState();
    if (current !== null) useCarried.setState({ current: { ...current, ...changed } });
  };
  change({ progress: { fraction: 0, run: '' }, error: null });
  try {
    return await work({
      signal: controller.signal,
      onProgress: (fraction, run) => change({ progress: { fraction, run } }),
    });
  } catch (error) {
    const told = describeError(error);
    if (told.code === 'cancelled') useCarried.setState({ current: null });
    else change({ error: told });
    return null;
  } finally {
    underWay = null;
    change({ progress: null });
  }
}

function changeExport(changed: Partial<Export>): void {
  const { current } = useCarried.getState();
  if (current?.kind === 'export') useCarried.setState({ current: { ...current, ...changed } });
}

const countText = (runs: number): string => (runs === 1 ? '1 run' : `${runs} runs`);
