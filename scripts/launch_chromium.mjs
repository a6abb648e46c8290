/**
 * Starts the Chromium that tests and benchmarks drive: headless, fresh profile, WebGPU on the software
 * adapter, so that it runs the same on a machine with no GPU. Nothing is downloaded, nor asked for.
 */
import { chromium } from 'playwright-core';
import { findChromium } from './find_chromium.mjs';
import { PAGE_LIMIT_MS } from './limits.mjs';
import { DRIVER_VARIABLES } from './vulkan_driver.mjs';

const FLAGS = [
  '--no-sandbox',
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-quic',
  '--no-first-run',
];

/**
 * What starts it, for whoever runs the process itself.
 *
 * @returns {Promise<{ executablePath: string, args: string[], env: Record<string, string> }>}
 * @throws when this machine has no Chromium, saying how to get one
 */
export async function chromiumCommand() {
  const executablePath = await findChromium();
  if (executablePath === undefined) {
    throw new Error(
      'No Chromium was found. Install Chrome or Chromium, or set CHROME_PATH to its executable; ' +
        '"npm test" as root on Debian or Ubuntu installs one by itself.',
    );
  }
  // A Vulkan driver that was named to Node's WebGPU would stop Chromium's GPU process.
  const env = Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) =>
      value === undefined || DRIVER_VARIABLES.some((variable) => variable === name)
        ? []
        : [[name, value]],
    ),
  );
  return { executablePath, args: FLAGS, env };
}

/**
 * @returns {Promise<import('playwright-core').Browser>}
 * @throws when this machine has no Chromium, saying how to get one
 */
export async function launchChromium() {
  return chromium.launch({ ...(await chromiumCommand()), timeout: PAGE_LIMIT_MS });
}
