/**
 * Records the run that stands in where a browser has no WebGPU: trains the default experiment in Node and writes
 * what the page would have been told.
 *
 *   node scripts/run_typescript.mjs scripts/data/record_run.ts
 *
 * writes public/data/recorded/figure1.json. Run by hand after a change of the engine or the preset.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { create, globals } from 'webgpu';
import { defaultPreset } from '../../src/lab/run/presets';
import { writeRecordedRun } from '../../src/lab/keep/recorded_run';
import { recordRun } from './recorder';

const folder = fileURLToPath(new URL('../../public/data/recorded/', import.meta.url));

Object.assign(globalThis, globals);
const { run } = await recordRun(create([]), defaultPreset.config);
mkdirSync(folder, { recursive: true });
writeFileSync(`${folder}figure1.json`, writeRecordedRun(run));
console.log(`Wrote public/data/recorded/figure1.json: ${run.records.length} records.`);
// Dawn's threads keep the process alive otherwise.
process.exit(0);
