/**
 * Records the run that stands in where a browser has no WebGPU: trains the default experiment through the
 * engine's own door, in Node, and writes what the page would have been told.
 *
 *   node scripts/run_typescript.mjs scripts/data/record_run.ts
 *
 * writes public/data/recorded/figure1.json. Run by hand after a change of the engine or the preset.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { create, globals } from 'webgpu';
import { LabError } from '../../src/base/lab_error';
import { EngineHost } from '../../src/lab/engine_host';
import { defaultPreset } from '../../src/lab/presets';
import type { Event as EngineEvent, MetricRecord, ShapeProbe } from '../../src/lab/protocol';
import { writeRecordedRun, type RecordedRun } from '../../src/lab/recorded_run';

const folder = fileURLToPath(new URL('../../public/data/recorded/', import.meta.url));

/** Trains the default experiment and gathers what the engine says of it. Rejects with LabError. */
function record(gpu: GPU): Promise<RecordedRun> {
  let adapter = '';
  let started: Extract<EngineEvent, { kind: 'started' }> | null = null;
  let seconds = 0;
  const records: MetricRecord[] = [];
  const probes: ShapeProbe[] = [];
  return new Promise((resolve, reject) => {
    const host = new EngineHost(gpu, (event) => {
      switch (event.kind) {
        case 'connected':
          adapter = event.adapter.name;
          void host.handle({ kind: 'start', runId: 'recorded', config: defaultPreset.config });
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
        case 'status':
          if (event.status !== 'finished' || started === null) break;
          resolve({
            adapter,
            recordedAt: new Date().toISOString(),
            ...started,
            seconds,
            records,
            probes,
          });
          break;
        case 'failed':
        case 'unavailable':
        case 'device_lost':
          reject(new LabError(event.error.code, event.error.message, event.error.wayOut));
          break;
        default:
          break;
      }
    });
    void host.handle({ kind: 'connect', base: '' });
  });
}

Object.assign(globalThis, globals);
const recorded = await record(create([]));
mkdirSync(folder, { recursive: true });
writeFileSync(`${folder}figure1.json`, writeRecordedRun(recorded));
console.log(`Wrote public/data/recorded/figure1.json: ${recorded.records.length} records.`);
// Dawn's threads keep the process alive otherwise.
process.exit(0);
