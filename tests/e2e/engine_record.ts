/**
 * Listens to what the engine's worker tells the page, so that a test judges a run by the engine's own
 * numbers and not by rounded text. The page's code is untouched: its Worker class is watched.
 */
import type { Page } from 'playwright-core';
import type { Event, MetricRecord, ShapeState } from '../../src/lab/protocol/protocol';

/** Script for `openPage({ before })`. */
export const recordEngine = `
  window.engineRecord = {
    metrics: {}, shapes: {}, status: null, failure: null, longTasks: [], heard: 0, step: 0, totalSteps: 0, kept: 0,
  };
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) window.engineRecord.longTasks.push(entry.duration);
  }).observe({ type: 'longtask', buffered: true });
  const NativeWorker = window.Worker;
  window.Worker = class extends NativeWorker {
    constructor(...args) {
      super(...args);
      this.addEventListener('message', ({ data }) => {
        const record = window.engineRecord;
        record.heard += 1;
        if (data.kind === 'started') record.totalSteps = data.totalSteps;
        if (data.kind === 'progress') record.step = data.step;
        if (data.kind === 'metrics') for (const each of data.records) record.metrics[each.model] = each;
        if (data.kind === 'shapes') for (const each of data.probes) record.shapes[each.model] = each.shapes;
        if (data.kind === 'status') record.status = data.status;
        if (data.kind === 'kept') record.kept = data.step;
        if (data.kind === 'failed') record.failure = data.error;
      });
    }
  };
`;

type Status = Extract<Event, { kind: 'status' }>['status'];

/** What the engine last said. */
export interface EngineRecord {
  readonly metrics: Readonly<Record<number, MetricRecord>>;
  readonly shapes: Readonly<Record<number, readonly Omit<ShapeState, 'points' | 'owners'>[]>>;
  readonly status: Status | null;
  readonly failure: { readonly message: string } | null;
  /** Milliseconds of main-thread tasks over 50 ms. */
  readonly longTasks: readonly number[];
  /** Messages so far; they come as long as the engine works. */
  readonly heard: number;
  /** Steps taken, of how many. */
  readonly step: number;
  readonly totalSteps: number;
  /** Step of the latest checkpoint in this browser. */
  readonly kept: number;
}

/** The run is over, or more was told than before. */
const news = (heard: number): string =>
  `engineRecord.status === "finished" || engineRecord.failure !== null || engineRecord.heard > ${heard}`;

/**
 * Waits until the run has finished and gives what the engine last said. It may take as long as it likes while the
 * engine goes on telling something. Throws when the run failed.
 */
export async function finishedRun(page: Page): Promise<EngineRecord> {
  let said = 0;
  for (let record = await engineRecord(page); ; record = await engineRecord(page)) {
    if (record.failure !== null) throw new Error(record.failure.message);
    if (record.status === 'finished') return record;
    const share = Math.floor((10 * record.step) / Math.max(1, record.totalSteps));
    if (share > said) console.log(`Step ${record.step} of ${record.totalSteps}`);
    said = Math.max(said, share);
    await page.waitForFunction(news(record.heard), undefined, { polling: 500 });
  }
}

/** What the engine last said. */
export async function engineRecord(page: Page): Promise<EngineRecord> {
  const text = await page.evaluate<string>(
    `JSON.stringify(engineRecord, (key, value) => (key === 'points' || key === 'owners' ? undefined : value))`,
  );
  // The text was made from the engine's own messages one line above.
  return JSON.parse(text) as EngineRecord;
}
