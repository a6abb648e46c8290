/**
 * What a fresh clone needs before anything of it can run: a Node that is new enough and the locked
 * dependencies. Everything here works with Node's own modules alone, because nothing else is there yet.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder that holds package.json. */
export const projectRoot = dirname(dirname(fileURLToPath(import.meta.url)));

/** A failure that a person can act on: its message is the whole story, a stack would not help. */
export class PlainFailure extends Error {}

/** @param {unknown} error @returns {string} the sentence that an error carries */
export function messageOf(error) {
  return error instanceof Error ? error.message : String(error);
}

/** Prints a failure as it should be read, and sets a non-zero exit code.
 * @param {unknown} error */
export function reportFailure(error) {
  console.error(error instanceof PlainFailure ? `\n${error.message}` : error);
  process.exitCode = 1;
}

/** @param {string} text @returns {unknown} */
export function parseJson(text) {
  return JSON.parse(text);
}

/** @param {string} path @returns {unknown} */
function readJson(path) {
  return parseJson(readFileSync(path, 'utf8'));
}

/**
 * The `packages` table of an npm lock file: what stands in each folder of node_modules.
 * @typedef {Record<string, { version?: string, optional?: boolean, devOptional?: boolean }>} PackageTable
 */

/** @param {string} path @returns {PackageTable} */
function readPackageTable(path) {
  return /** @type {{ packages: PackageTable }} */ (readJson(path)).packages;
}

/**
 * True when `version` is at least `minimum`; both are dotted numbers.
 * @param {string} version @param {string} minimum @returns {boolean}
 */
export function isAtLeast(version, minimum) {
  const have = version.split('.').map(Number);
  const need = minimum.split('.').map(Number);
  for (let part = 0; part < need.length; part++) {
    const difference = (have[part] ?? 0) - (need[part] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}

/** @throws {PlainFailure} when this Node is older than package.json asks for. */
export function requireNode() {
  const { engines } = /** @type {{ engines: { node: string } }} */ (
    readJson(join(projectRoot, 'package.json'))
  );
  const minimum = engines.node.replace('>=', '');
  if (!isAtLeast(process.versions.node, minimum)) {
    throw new PlainFailure(
      `SASA Lab needs Node ${minimum} or newer; this is Node ${process.versions.node}. ` +
        'Install a current Node from https://nodejs.org and run the command again.',
    );
  }
}

/**
 * Names the packages of `locked` that `installed` has not, or has in another version. Packages for other
 * systems may be missing: they are optional.
 * @param {PackageTable} locked @param {PackageTable} installed @returns {string[]}
 */
export function missingPackages(locked, installed) {
  return Object.entries(locked)
    .filter(([path, entry]) => {
      if (path === '') return false; // The project itself.
      const found = installed[path];
      if (found === undefined) return !(entry.optional ?? entry.devOptional ?? false);
      return found.version !== entry.version;
    })
    .map(([path]) => path.replace(/^.*node_modules\//, ''));
}

/** True when node_modules holds what package-lock.json says. */
function dependenciesAreInstalled() {
  // npm leaves a table of what it installed here, in the lock file's own format.
  const record = join(projectRoot, 'node_modules', '.package-lock.json');
  if (!existsSync(record)) return false;
  const locked = readPackageTable(join(projectRoot, 'package-lock.json'));
  return missingPackages(locked, readPackageTable(record)).length === 0;
}

/**
 * The command that runs npm: the npm that started this process where there is one.
 * @returns {{ command: string, before: string[], shell: boolean }}
 */
export function npmCommand() {
  const cli = process.env['npm_execpath'];
  if (cli?.endsWith('.js')) return { command: process.execPath, before: [cli], shell: false };
  // On Windows npm is a batch file, which only a shell can start.
  return { command: 'npm', before: [], shell: process.platform === 'win32' };
}

/**
 * Installs the locked dependencies unless they are there.
 * @throws {PlainFailure} when npm fails.
 */
export function installDependencies() {
  if (dependenciesAreInstalled()) return;
  // Nothing on stdout: `lab` keeps that for its own results.
  console.error('Installing the locked dependencies (npm ci) …');
  const { command, before, shell } = npmCommand();
  const result = spawnSync(command, [...before, 'ci', '--no-audit', '--no-fund'], {
    cwd: projectRoot,
    stdio: ['ignore', 2, 2],
    shell,
  });
  if (result.error !== undefined || result.status !== 0) {
    throw new PlainFailure(
      'The dependencies could not be installed: ' +
        (result.error?.message ?? `npm ci ended with code ${result.status}`) +
        '. Check the network connection, then run the command again.',
    );
  }
}
