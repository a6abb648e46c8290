/**
 * Runs once before all GPU tests, in Vitest's own process: finds out which Vulkan driver gives Node a
 * WebGPU adapter and hands the answer to the processes that run the test files. Without an adapter the
 * whole run fails with a sentence; GPU tests are never skipped.
 */
import type { TestProject } from 'vitest/node';
import { HOW_TO_GET_AN_ADAPTER, chooseVulkanDriver } from '../../scripts/vulkan_driver.mjs';

declare module 'vitest' {
  interface ProvidedContext {
    /** What VK_ICD_FILENAMES must name in a process that uses WebGPU; '' to leave it alone. */
    vulkanDriverFile: string;
  }
}

export default async function chooseDriver(project: TestProject): Promise<void> {
  const driver = await chooseVulkanDriver();
  if (driver === undefined) throw new Error(HOW_TO_GET_AN_ADAPTER);
  console.log(`GPU tests run on ${driver.adapter}`);
  project.provide('vulkanDriverFile', driver.driverFile ?? '');
}
