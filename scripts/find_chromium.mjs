/**
 * Where this machine keeps a Chromium: the end-to-end tests drive it, and its folder carries SwiftShader,
 * the software Vulkan driver that WebGPU in Node falls back on. Looks only; installing is provision.mjs's.
 */
import { existsSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';

/** Names under which a Chromium stands on the PATH, the plainest first. */
const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'chrome'];

/** @returns {string[]} */
function placesOfThisSystem() {
  switch (process.platform) {
    case 'darwin':
      return ['/Applications', join(homedir(), 'Applications')].flatMap((folder) => [
        join(folder, 'Google Chrome.app/Contents/MacOS/Google Chrome'),
        join(folder, 'Chromium.app/Contents/MacOS/Chromium'),
      ]);
    case 'win32':
      return ['PROGRAMFILES', 'PROGRAMFILES(X86)', 'LOCALAPPDATA'].flatMap((name) => {
        const folder = process.env[name];
        return folder === undefined ? [] : [join(folder, 'Google/Chrome/Application/chrome.exe')];
      });
    default:
      return (process.env['PATH'] ?? '')
        .split(delimiter)
        .flatMap((folder) => NAMES.map((name) => join(folder, name)));
  }
}

/**
 * The executable of the Chromium to use: CHROME_PATH where it is set, else one of the system, else one
 * that Playwright has installed; undefined when there is none.
 * @returns {Promise<string | undefined>}
 */
export async function findChromium() {
  const chosen = process.env['CHROME_PATH'];
  if (chosen !== undefined && chosen !== '') return existsSync(chosen) ? chosen : undefined;
  const ofSystem = placesOfThisSystem().find((path) => existsSync(path));
  if (ofSystem !== undefined) return ofSystem;
  const { chromium } = await import('playwright-core');
  const ofPlaywright = chromium.executablePath();
  return existsSync(ofPlaywright) ? ofPlaywright : undefined;
}

/**
 * The driver files of SwiftShader that come with Chromium, best guess first. A launcher in /usr/bin may be
 * a shell script or a link, so the usual homes of its program are looked at besides its own folder.
 * @returns {Promise<string[]>}
 */
export async function swiftShaderDriverFiles() {
  const executable = await findChromium();
  const folders = [
    ...(executable === undefined ? [] : [dirname(realpathSync(executable))]),
    '/usr/lib/chromium',
    '/usr/lib/chromium-browser',
    '/usr/lib64/chromium-browser',
    '/opt/google/chrome',
  ];
  return [...new Set(folders.map((folder) => join(folder, 'vk_swiftshader_icd.json')))].filter(
    (path) => existsSync(path),
  );
}
