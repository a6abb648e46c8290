/**
 * Asks Dawn for one adapter and prints it as a line of JSON, or nothing when there is none. Run by
 * vulkan_driver.mjs in a process of its own.
 */
import { writeSync } from 'node:fs';
import { create } from 'webgpu';

const adapter = await create([]).requestAdapter({ powerPreference: 'high-performance' });
if (adapter !== null) {
  const { description, device, vendor, isFallbackAdapter } = adapter.info;
  writeSync(
    process.stdout.fd,
    JSON.stringify({ description: description || device || vendor, software: isFallbackAdapter }),
  );
}
// Leave at once: native threads may otherwise keep the process alive.
process.exit(0);
