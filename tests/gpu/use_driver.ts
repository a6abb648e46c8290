/**
 * Runs in the process of each GPU test file before the file is loaded: names the Vulkan driver that
 * choose_driver.ts found, puts WebGPU's constants (GPUBufferUsage, GPUMapMode …) where a browser has them,
 * and keeps Dawn from taking a core for waiting.
 */
import { inject } from 'vitest';
import { globals } from 'webgpu';
import { waitPatiently } from '../../src/cli/patient_waiting';

const driverFile = inject('vulkanDriverFile');
if (driverFile !== '') process.env['VK_ICD_FILENAMES'] = driverFile;
Object.assign(globalThis, globals);
waitPatiently();
