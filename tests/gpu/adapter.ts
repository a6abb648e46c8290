/**
 * Gives GPU tests their devices. `testDevice()` is the one that a strong adapter would give the lab: all of
 * the adapter's limits, and the optional features that the engine knows to use. `defaultLimitsDevice()` is
 * the weakest that WebGPU allows. `checkingDevice()` is as weak, and only checks: it says what WebGPU would
 * refuse and computes nothing. Each is made once a test file and shared by its tests.
 *
 * WebGPU reports a mistake that nobody catches (a kernel that does not compile, a binding that does not
 * fit) only to the device's `uncapturederror` event, and goes on; here it fails the test during which it
 * came. A test that provokes a mistake on purpose takes it with an error scope.
 */
import { afterAll, afterEach } from 'vitest';
import { create } from 'webgpu';
import { HOW_TO_GET_AN_ADAPTER } from '../../scripts/vulkan_driver.mjs';

/** Optional features that the engine can do without but uses where they are. */
const WELCOME_FEATURES: readonly GPUFeatureName[] = ['timestamp-query', 'subgroups', 'shader-f16'];

let gpu: GPU | undefined;
/** WebGPU without a driver behind it. */
let driverlessGpu: GPU | undefined;
let strongDevice: Promise<GPUDevice> | undefined;
let weakDevice: Promise<GPUDevice> | undefined;
let deviceThatChecks: Promise<GPUDevice> | undefined;
const uncaughtErrors: string[] = [];

/** WebGPU's entry point, as `navigator.gpu` is in a page. */
export function testGpu(): GPU {
  gpu ??= create([]);
  return gpu;
}

/** @throws when there is no adapter: a GPU test must fail then, not be skipped. */
export async function testAdapter(): Promise<GPUAdapter> {
  const adapter = await testGpu().requestAdapter({ powerPreference: 'high-performance' });
  if (adapter === null) throw new Error(HOW_TO_GET_AN_ADAPTER);
  return adapter;
}

/** The device with everything that the adapter has, shared by the tests of a file. */
export function testDevice(): Promise<GPUDevice> {
  strongDevice ??= requestStrongDevice();
  return strongDevice;
}

/** A device with WebGPU's default limits and no optional feature, shared by the tests of a file. */
export function defaultLimitsDevice(): Promise<GPUDevice> {
  weakDevice ??= requestWeakDevice();
  return weakDevice;
}

/**
 * A device with WebGPU's default limits and no optional feature, on Dawn's null backend: programs are parsed and
 * resolved, limits, layouts and bindings are checked as on every adapter, in a millisecond a kernel, but nothing
 * is translated for a driver and nothing runs.
 */
export function checkingDevice(): Promise<GPUDevice> {
  deviceThatChecks ??= requestCheckingDevice();
  return deviceThatChecks;
}

async function requestStrongDevice(): Promise<GPUDevice> {
  const adapter = await testAdapter();
  const device = await adapter.requestDevice({
    requiredFeatures: WELCOME_FEATURES.filter((feature) => adapter.features.has(feature)),
    requiredLimits: limitsOf(adapter),
  });
  return watched(device);
}

async function requestWeakDevice(): Promise<GPUDevice> {
  return watched(await (await testAdapter()).requestDevice());
}

async function requestCheckingDevice(): Promise<GPUDevice> {
  driverlessGpu = create(['backend=null']);
  const adapter = await driverlessGpu.requestAdapter();
  if (adapter === null) throw new Error('Dawn has no null backend.');
  return watched(await adapter.requestDevice());
}

/** The adapter's limits by name; their getters stand on the prototype, so spreading would miss them. */
function limitsOf(adapter: GPUAdapter): Record<string, number> {
  const limits: Record<string, number> = {};
  for (const name in adapter.limits) {
    const value: unknown = Reflect.get(adapter.limits, name);
    if (typeof value === 'number') limits[name] = value;
  }
  return limits;
}

function watched(device: GPUDevice): GPUDevice {
  device.addEventListener('uncapturederror', ({ error }) => uncaughtErrors.push(error.message));
  return device;
}

afterEach(async () => {
  // Errors arrive once the device has worked off what it was given.
  for (const device of [strongDevice, weakDevice, deviceThatChecks])
    await (await device)?.queue.onSubmittedWorkDone();
  const errors = uncaughtErrors.splice(0);
  if (errors.length > 0) throw new Error(`WebGPU reported:\n${errors.join('\n')}`);
});

afterAll(async () => {
  for (const device of [strongDevice, weakDevice, deviceThatChecks]) (await device)?.destroy();
  // Dawn's native parts live as long as these references and would keep the process from ending.
  gpu = undefined;
  driverlessGpu = undefined;
});
