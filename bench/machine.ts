/**
 * Opens the GPU for the benchmark and says what everything was measured on. The GPU object is handed out
 * because jax-js opens a device of its own on it, and because Dawn needs it to stay alive.
 */
import { spawnSync } from 'node:child_process';
import { cpus, loadavg } from 'node:os';
import { create, globals } from 'webgpu';
import type { LabError } from '../src/base/lab_error';
import { openDevice } from '../src/gpu/device';

export interface Machine {
  /** As a person says it. */
  readonly adapter: string;
  /** The driver's own description, with its version where it has one. */
  readonly driver: string;
  readonly software: boolean;
  readonly cpu: string;
  readonly cores: number;
  /** ISO 8601. */
  readonly date: string;
  /** Short hash; ends in "+" when files differ from it. */
  readonly commit: string;
}

/** WebGPU of this process; Dawn crashes when it is collected before its devices. */
let gpu: GPU | undefined;

export interface OpenedMachine {
  readonly gpu: GPU;
  readonly device: GPUDevice;
  readonly machine: Machine;
}

/** Opens the best adapter. Any mistake that WebGPU reports ends the process: numbers after it are wrong. */
export async function openMachine(): Promise<OpenedMachine> {
  Object.assign(globalThis, globals);
  gpu ??= create([]);
  const { device, adapter, lost } = await openDevice(gpu);
  device.addEventListener('uncapturederror', ({ error }) => {
    process.stderr.write(`WebGPU reported an error: ${error.message}\n`);
    process.exit(1);
  });
  void lost.then((error: LabError) => {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  });
  const { description, vendor, architecture } = device.adapterInfo;
  const processors = cpus();
  return {
    gpu,
    device,
    machine: {
      adapter: adapter.name,
      driver: description || `${vendor} ${architecture}`.trim(),
      software: adapter.software,
      cpu: processors[0]?.model ?? 'unknown',
      cores: processors.length,
      date: new Date().toISOString(),
      commit: commitOf(),
    },
  };
}

/** Load average of the last minute: on a machine with n cores, above n means that programs wait. */
export function load(): number {
  return loadavg()[0] ?? 0;
}

function commitOf(): string {
  const git = (...args: string[]): string => {
    const { status, stdout } = spawnSync('git', ['-C', import.meta.dirname, ...args], {
      encoding: 'utf8',
    });
    return status === 0 ? stdout.trim() : '';
  };
  const hash = git('rev-parse', '--short', 'HEAD');
  if (hash === '') return 'unknown';
  return hash + (git('status', '--porcelain', '--untracked-files=no') === '' ? '' : '+');
}
