/**
 * Trains a run through the engine's own door, as the page does, and gathers what the engine says of it. Made for
 * Node: the WebGPU that it is given is Dawn's.
 */
import { LabError } from '../../src/base/lab_error';
import type { KeptRuns } from '../../src/lab/keep/kept_runs';
import { EngineHost } from '../../src/lab/worker/engine_host';
import type {
  Event as EngineEvent,
  MetricRecord,
  ShapeProbe,
} from '../../src/lab/protocol/protocol';
import type { RecordedRun } from '../../src/lab/keep/recorded_run';
import type { RunInput } from '../../src/lab/run/run_config';

/** The run's id in the engine, for whoever asks it about the finished run. */
export const RUN_ID = 'recorded';

/** A finished run and the engine that still holds it. */
export interface Recording {
  readonly run: RecordedRun;
  readonly host: EngineHost;
}

/**
 * Trains a run to its end. `hear` is told every event, also those after the end; `openRuns` says where runs are kept, if they are.
 * Rejects with LabError when the engine fails.
 */
export function recordRun(
  gpu: GPU,
  config: RunInput,
  hear: (event: EngineEvent) => void = () => undefined,
  openRuns: (() => Promise<KeptRuns>) | null = null,
): Promise<Recording> {
  let adapter = '';
  let started: Extract<EngineEvent, { kind: 'started' }> | null = null;
  let seconds = 0;
  const records: MetricRecord[] = [];
  const probes: ShapeProbe[] = [];
  return new Promise((resolve, reject) => {
    const host = new EngineHost(gpu, tell, openRuns);
    function tell(event: EngineEvent): void {
      hear(event);
      switch (event.kind) {
        case 'connected':
          adapter = event.adapter.name;
          void host.handle({ kind: 'start', runId: RUN_ID, config });
          break;
        case 'started':
          started = event;
          break;
        case 'metrics':
          records.push(...event.records);
          break;
        case 'shapes':
          probes.push(...event.probes);
          break;
        case 'progress':
          seconds = event.seconds;
          break;
        case 'status': {
          if (event.status !== 'finished' || started === null) break;
          const recordedAt = new Date().toISOString();
          resolve({ host, run: { adapter, recordedAt, ...started, seconds, records, probes } });
          break;
        }
        case 'failed':
        case 'unavailable':
        case 'device_lost':
          reject(new LabError(event.error.code, event.error.message, event.error.wayOut));
          break;
        default:
          break;
      }
    }
    void host.handle({ kind: 'connect', base: '' });
  });
}
