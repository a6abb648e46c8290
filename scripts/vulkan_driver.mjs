/**
 * Which Vulkan driver WebGPU in Node shall use. Dawn on Linux speaks Vulkan; a machine without a GPU has
 * at best a software driver, and the loader's own choice among several is not always one that Dawn takes
 * (Mesa older than 23 is refused). So the candidates are tried by really asking each for an adapter, in a
 * child process because a process can load its Vulkan drivers only once and a broken one may crash.
 *
 * The choice is made by setting VK_ICD_FILENAMES in this process alone, before the first adapter is asked
 * for. It must never reach a Chromium, whose own GPU process fails under it.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { swiftShaderDriverFiles } from './find_chromium.mjs';
import { PROBE_LIMIT_MS } from './limits.mjs';
import { parseJson } from './prerequisites.mjs';

/** Variables by which the Vulkan loader is told which drivers to load; the second is the newer name. */
export const DRIVER_VARIABLES = /** @type {const} */ (['VK_ICD_FILENAMES', 'VK_DRIVER_FILES']);

/** What to tell a person whose machine gives Node no WebGPU adapter. */
export const HOW_TO_GET_AN_ADAPTER =
  process.platform === 'linux'
    ? 'Node found no WebGPU adapter. Install the Vulkan loader and a driver: on Debian or Ubuntu ' +
      '"apt-get install libvulkan1 chromium" brings a software driver (SwiftShader), ' +
      '"apt-get install mesa-vulkan-drivers" (Mesa 23 or newer) a faster one.'
    : 'Node found no WebGPU adapter. Update the driver of the graphics card.';

/**
 * @typedef {object} VulkanDriver
 * @property {string} adapter The adapter's description, for people.
 * @property {string | undefined} driverFile What VK_ICD_FILENAMES must name; undefined to leave it alone.
 */

/** @returns {string[]} */
function lavapipeDriverFiles() {
  return ['/usr/share/vulkan/icd.d', '/usr/local/share/vulkan/icd.d', '/etc/vulkan/icd.d']
    .filter((folder) => existsSync(folder))
    .flatMap((folder) =>
      readdirSync(folder)
        .filter((name) => /^lvp_icd.*\.json$/.test(name))
        .map((name) => join(folder, name)),
    );
}

/**
 * What probe_adapter.mjs prints.
 * @typedef {{ description: string, software: boolean }} AdapterAnswer
 */

/**
 * Asks for an adapter in a child process. A driver that hangs counts as none in the end.
 * @param {string | undefined} driverFile
 * @returns {AdapterAnswer | undefined}
 */
function probe(driverFile) {
  const program = fileURLToPath(new URL('./probe_adapter.mjs', import.meta.url));
  const child = spawnSync(process.execPath, [program], {
    env: { ...process.env, ...(driverFile === undefined ? {} : { VK_ICD_FILENAMES: driverFile }) },
    stdio: ['ignore', 'pipe', 'ignore'],
    encoding: 'utf8',
    timeout: PROBE_LIMIT_MS,
  });
  // The answer counts even when Dawn crashes on its way out of the process.
  if (!child.stdout.startsWith('{')) return undefined;
  return /** @type {AdapterAnswer} */ (parseJson(child.stdout));
}

/** Whether the choice is not ours: other systems have one driver, and a user who names one means it. */
function choiceIsMade() {
  return process.platform !== 'linux' || DRIVER_VARIABLES.some((name) => process.env[name]);
}

/**
 * The driver to use: a real GPU's where there is one; else lavapipe, else SwiftShader; undefined when none
 * gives an adapter. Takes 0.2 to 0.5 seconds. Changes nothing.
 * @returns {Promise<VulkanDriver | undefined>}
 */
export async function chooseVulkanDriver() {
  const usual = probe(undefined);
  if (!choiceIsMade() && usual?.software !== false) {
    for (const driverFile of [...lavapipeDriverFiles(), ...(await swiftShaderDriverFiles())]) {
      const adapter = probe(driverFile);
      if (adapter !== undefined) return { adapter: adapter.description, driverFile };
    }
  }
  return usual === undefined ? undefined : { adapter: usual.description, driverFile: undefined };
}

/**
 * Makes this process use a driver that works, if there is one. Call it on the main thread (a worker's
 * environment is a copy that native code does not see) and before the first adapter is asked for.
 */
export async function useVulkanDriver() {
  if (choiceIsMade()) return;
  const driver = await chooseVulkanDriver();
  if (driver?.driverFile !== undefined) process.env['VK_ICD_FILENAMES'] = driver.driverFile;
}
