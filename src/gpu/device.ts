/**
 * The adapter and the device: asks the adapter for everything it grants (WebGPU's defaults are low),
 * says in words what it is, and turns device loss into a promise of a named error.
 */
import { LabError } from '../base/lab_error';

/** Features the engine uses when the adapter has them; every one is optional. */
const optionalFeatures = ['timestamp-query', 'subgroups', 'shader-f16'] as const;

/** Limits the engine asks the adapter for. */
const wantedLimits = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupsPerDimension',
] as const;

export interface AdapterDescription {
  /** As a person says it: "Apple M2 Pro", "SwiftShader (software)". */
  readonly name: string;
  readonly vendor: string;
  readonly architecture: string;
  /** Runs on the processor: correct, but slow. */
  readonly software: boolean;
}

export interface OpenedDevice {
  readonly device: GPUDevice;
  readonly adapter: AdapterDescription;
  /** Resolves, never rejects, when the device is gone for a reason other than `destroy()`. */
  readonly lost: Promise<LabError>;
}

/** Milliseconds within which a loss is heard of after what it broke. */
const LOSS_MS = 250;

/** The loss that is behind a failure on a device, which may be heard of later than what it broke; null where there is none. */
export function lossBehind({ lost }: Pick<OpenedDevice, 'lost'>): Promise<LabError | null> {
  return Promise.race([
    lost,
    new Promise<null>((resolve) => void setTimeout(() => resolve(null), LOSS_MS)),
  ]);
}

/** Adapters that run on the processor, and what to call them. */
const softwareNames: readonly (readonly [RegExp, string])[] = [
  [/swiftshader/, 'SwiftShader (software)'],
  [/llvmpipe|lavapipe/, 'Mesa llvmpipe (software)'],
  [/basic render|warp/, 'Microsoft Basic Render (software)'],
];

/** Names an adapter in words. */
export function describeAdapter(adapter: Pick<GPUAdapter, 'info'>): AdapterDescription {
  const { vendor, architecture, description, device } = adapter.info;
  const text = `${vendor} ${architecture} ${description} ${device}`.toLowerCase();
  const processor = softwareNames.find(([pattern]) => pattern.test(text));
  if (processor !== undefined) return { name: processor[1], vendor, architecture, software: true };
  const spoken = description.length > 0 ? description : [vendor, architecture].join(' ').trim();
  return { name: spoken.length > 0 ? spoken : 'GPU', vendor, architecture, software: false };
}

/**
 * Tells of every mistake that WebGPU found and no error scope caught: the device goes on, but what it was told to
 * do did not happen, so that every number after that would be wrong.
 */
export function onMistake(device: GPUDevice, listener: (error: LabError) => void): void {
  device.addEventListener('uncapturederror', ({ error }) => {
    listener(
      new LabError(
        'gpu_validation',
        `WebGPU reported an error: ${error.message}`,
        'This is a defect of the lab; please report it with the run file.',
      ),
    );
  });
}

/**
 * Opens a device on the best adapter. Throws LabError `no_webgpu` when the platform has no WebGPU and
 * `no_adapter` when it has but finds no adapter for it.
 */
export async function openDevice(gpu: GPU | undefined): Promise<OpenedDevice> {
  if (gpu === undefined) {
    throw new LabError(
      'no_webgpu',
      'This browser has no WebGPU.',
      'Use Chrome or Edge 113 or newer, Safari 26 or Firefox 141; in Chrome on Linux switch on chrome://flags/#enable-unsafe-webgpu.',
    );
  }
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (adapter === null) {
    throw new LabError(
      'no_adapter',
      'WebGPU is here, but it found no graphics adapter.',
      'Update the graphics driver, or switch on hardware acceleration in the settings of the browser.',
    );
  }
  const requiredLimits: Record<string, number> = {};
  for (const limit of wantedLimits) requiredLimits[limit] = adapter.limits[limit];
  const device = await adapter.requestDevice({
    requiredFeatures: optionalFeatures.filter((feature) => adapter.features.has(feature)),
    requiredLimits,
  });
  const lost = device.lost.then((info) => {
    if (info.reason === 'destroyed') return new Promise<LabError>(() => undefined);
    return new LabError(
      'device_lost',
      `The graphics device was lost (${info.message || info.reason}).`,
      'If it happens often, lower the batch size or close other programs that use the GPU.',
    );
  });
  return { device, adapter: describeAdapter(adapter), lost };
}
