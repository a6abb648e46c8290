/**
 * Runs in the process of each GPU test file before the file is loaded: names the Vulkan driver that
 * choose_driver.ts found, puts WebGPU's constants (GPUBufferUsage, GPUMapMode …) where a browser has them,
 * and keeps Dawn from taking a core for waiting.
 */
import { inject } from 'vitest';
import { globals } from 'webgpu';

const driverFile = inject('vulkanDriverFile');
if (driverFile !== '') process.env['VK_ICD_FILENAMES'] = driverFile;
Object.assign(globalThis, globals);

// While anything is pending, Dawn asks again by the global setImmediate, which comes round a hundred thousand
// times a second and keeps a core busy that a software adapter needs. Once a millisecond is often enough.
Reflect.set(
  globalThis,
  'setImmediate',
  (callback: (...words: unknown[]) => void, ...words: unknown[]) =>
    setTimeout(callback, 1, ...words),
);
