/**
 * Runs a TypeScript program of this project in Node: `node scripts/run_typescript.mjs src/cli/main.ts …`.
 * The program is bundled by Vite's server build, so it may import all that the page may, shaders with
 * `?raw` among them; npm packages stay outside the bundle. The bundle is kept in dist-cli/ and made anew
 * only when a source has changed. It runs in this very process, so its exit code, signals and streams are
 * untouched, and nothing is written to stdout but what the program writes.
 *
 * The bundle lies two folders below the project root, as its sources do, so `new URL('../../…',
 * import.meta.url)` in a source means the same before and after bundling.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import {
  PlainFailure,
  installDependencies,
  projectRoot,
  reportFailure,
  requireNode,
} from './prerequisites.mjs';

const thisFile = fileURLToPath(import.meta.url);
const bundles = join(projectRoot, 'dist-cli');

/** @param {string} path @returns {string[]} every file at or below it */
function filesBelow(path) {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .sort()
    .flatMap((name) => filesBelow(join(path, name)));
}

/**
 * A name for the present state of everything that the bundle is made of: it changes with the size or the
 * time of any source.
 * @param {string} entry absolute path of the program @returns {string}
 */
function stateOfSources(entry) {
  const hash = createHash('sha256');
  const places = ['src', 'shaders', 'bench', 'package-lock.json'].map((name) =>
    join(projectRoot, name),
  );
  for (const file of [...places, dirname(entry), thisFile].flatMap(filesBelow)) {
    const { size, mtimeMs } = statSync(file);
    hash.update(`${file}:${size}:${mtimeMs}\n`);
  }
  return hash.digest('hex').slice(0, 16);
}

/** The bundles of one program all start with this. @param {string} entry */
function bundleName(entry) {
  return relative(projectRoot, entry)
    .replace(/\.ts$/, '')
    .replace(/[^A-Za-z0-9]+/g, '_');
}

/** Bundles `entry` into the folder `out`. @param {string} entry @param {string} out */
async function bundle(entry, out) {
  const { build } = await import('vite');
  await build({
    root: projectRoot,
    configFile: false,
    logLevel: 'warn',
    build: {
      ssr: entry,
      outDir: out,
      target: 'node20',
      copyPublicDir: false,
      sourcemap: true,
      // One file, loaded at once: removing an outdated bundle cannot hurt a program that still runs.
      rolldownOptions: { output: { entryFileNames: 'main.js', codeSplitting: false } },
    },
  });
}

/**
 * Gives the up-to-date bundle of a program, making it if need be.
 * @param {string} entry absolute path @returns {string} absolute path of the bundle
 * @throws {PlainFailure} when the program does not bundle
 */
function upToDateBundle(entry) {
  const name = bundleName(entry);
  const folder = join(bundles, `${name}-${stateOfSources(entry)}`);
  if (!existsSync(folder)) {
    // A folder is made aside and renamed when it is whole, so that runs side by side cannot disturb each
    // other. In a child process, so that the bundler leaves nothing behind in the program's.
    const aside = join(bundles, `.${name}-${process.pid}`);
    mkdirSync(bundles, { recursive: true });
    const child = spawnSync(process.execPath, [thisFile, '--bundle', entry, aside], {
      // What the bundler has to say goes to stderr.
      stdio: ['ignore', 2, 2],
    });
    if (child.status !== 0) {
      rmSync(aside, { recursive: true, force: true });
      throw new PlainFailure(`${relative(projectRoot, entry)} could not be bundled; see above.`);
    }
    if (existsSync(folder)) rmSync(aside, { recursive: true });
    else renameSync(aside, folder);
    for (const old of readdirSync(bundles)) {
      if (old.startsWith(`${name}-`) && old !== basename(folder)) {
        rmSync(join(bundles, old), { recursive: true, force: true });
      }
    }
  }
  return join(folder, 'main.js');
}

/** @param {string[]} words the program and its arguments */
async function run([program, ...rest]) {
  if (program === undefined) {
    throw new PlainFailure('Name the TypeScript file to run: node scripts/run_typescript.mjs FILE');
  }
  const entry = resolve(projectRoot, program);
  if (!existsSync(entry)) throw new PlainFailure(`There is no ${program} to run.`);
  installDependencies();
  const main = upToDateBundle(entry);
  const { useVulkanDriver } = await import('./vulkan_driver.mjs');
  await useVulkanDriver();
  // npm starts scripts in the project's root; paths on the command line are meant from where the user is.
  const userFolder = process.env['INIT_CWD'];
  if (process.env['npm_lifecycle_script']?.includes(basename(thisFile)) && userFolder) {
    process.chdir(userFolder);
  }
  process.argv = [process.execPath, main, ...rest];
  process.setSourceMapsEnabled(true);
  await import(pathToFileURL(main).href);
}

const [first, entry = '', out = ''] = process.argv.slice(2);
try {
  requireNode();
  if (first === '--bundle') await bundle(entry, out);
  else await run(process.argv.slice(2));
} catch (error) {
  reportFailure(error);
}
