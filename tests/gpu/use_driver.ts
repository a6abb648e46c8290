/**
 * Runs in the process of each GPU test file before the file is loaded: names the Vulkan driver that
 * choose_driver.ts found, and puts WebGPU's constants (GPUBufferUsage, GPUMapMode …) where a browser has
 * them.
 */
import { inject } from 'vitest';
import { globals } from 'webgpu';

const driverFile = inject('vulkanDriverFile');
if (driverFile !== '') process.env['VK_ICD_FILENAMES'] = driverFile;
Object.assign(globalThis, globals);
