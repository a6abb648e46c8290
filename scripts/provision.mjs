/**
 * Brings what the tests need beyond npm packages: a Chromium, and a Vulkan driver for WebGPU in Node. Only
 * `npm test` calls it, and only root on Debian or Ubuntu gets system packages; nobody is asked a question.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { findChromium } from './find_chromium.mjs';
import { chooseVulkanDriver } from './vulkan_driver.mjs';
import { PlainFailure, isAtLeast, projectRoot } from './prerequisites.mjs';

const OLDEST_MESA = '23';

/** True when this process may install Debian packages. */
function mayUseApt() {
  return process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');
}

/**
 * Runs apt-get with its output hidden unless it fails.
 * @param {string[]} words @returns {boolean} whether it succeeded
 */
function aptGet(...words) {
  const result = spawnSync('apt-get', words, {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
  });
  if (result.status === 0) return true;
  console.error(`apt-get ${words.join(' ')} failed:\n${result.stderr.trim()}`);
  return false;
}

let listsAreFresh = false;

/**
 * Installs Debian packages, refreshing the package lists the first time.
 * @param {string[]} words packages and options @returns {boolean} whether it succeeded
 */
function aptInstall(...words) {
  console.log(`Installing ${words.filter((word) => !word.startsWith('-')).join(', ')} …`);
  listsAreFresh ||= aptGet('update');
  return aptGet('install', '-y', '--no-install-recommends', ...words);
}

/**
 * Finds a Chromium or installs one.
 * @returns {Promise<string>} its executable
 * @throws {PlainFailure} when there is none and none could be installed
 */
export async function ensureChromium() {
  const found = await findChromium();
  if (found !== undefined) return found;
  if (process.env['CHROME_PATH']) {
    throw new PlainFailure(`CHROME_PATH names ${process.env['CHROME_PATH']}, which is not there.`);
  }
  // A bare machine has no font either, and text without one has no size to test.
  if (mayUseApt()) aptInstall('chromium', 'fonts-liberation', 'libvulkan1');
  const installed = await findChromium();
  if (installed !== undefined) return installed;

  console.log('Installing Chromium with Playwright …');
  const cli = join(projectRoot, 'node_modules', 'playwright-core', 'cli.js');
  const extra = mayUseApt() ? ['--with-deps'] : [];
  spawnSync(process.execPath, [cli, 'install', ...extra, 'chromium'], { stdio: 'inherit' });
  const last = await findChromium();
  if (last !== undefined) return last;
  throw new PlainFailure(
    'No Chromium was found and none could be installed. Install Chrome or Chromium, or set CHROME_PATH ' +
      'to its executable, then run npm test again.',
  );
}

/**
 * The option that makes apt-get install a Mesa that Dawn takes, or undefined when no source offers one.
 * `madison` is what `apt-cache madison mesa-vulkan-drivers` prints, one "package | version | source" a line;
 * a version from backports needs its suite named.
 * @param {string} madison @returns {string | undefined}
 */
export function mesaRelease(madison) {
  for (const line of madison.split('\n')) {
    const [, version = '', source = ''] = line.split('|').map((cell) => cell.trim());
    const suite = source.split(' ')[1]?.split('/')[0];
    if (suite !== undefined && isAtLeast(version.replace(/[^\d.].*$/, ''), OLDEST_MESA)) {
      return `--target-release=${suite}`;
    }
  }
  return undefined;
}

/** What the package sources offer of Mesa; the lists of a new machine are empty until refreshed. */
function offersOfMesa() {
  const ask = () =>
    spawnSync('apt-cache', ['madison', 'mesa-vulkan-drivers'], { encoding: 'utf8' }).stdout;
  const offers = ask();
  if (offers !== '' || listsAreFresh) return offers;
  listsAreFresh = aptGet('update');
  return ask();
}

/**
 * Sees to a WebGPU adapter in Node: on a machine with nothing but SwiftShader, lavapipe is installed where
 * the package sources have a new enough one, because it runs the GPU tests about five times faster.
 * Never fails: GPU tests say themselves what is missing.
 */
export async function ensureVulkanDriver() {
  let driver = await chooseVulkanDriver();
  if (process.platform === 'linux' && mayUseApt()) {
    if (driver === undefined) {
      aptInstall('libvulkan1');
      driver = await chooseVulkanDriver();
    }
    if (driver === undefined || driver.driverFile?.includes('swiftshader')) {
      const release = mesaRelease(offersOfMesa());
      if (release !== undefined) {
        aptInstall(release, 'mesa-vulkan-drivers');
        driver = await chooseVulkanDriver();
      }
    }
  }
  return driver;
}
