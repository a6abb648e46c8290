/**
 * `npm start`: from a fresh clone to the page in the browser. Installs the locked dependencies when they
 * are missing, builds the page, serves it on a fixed address (the browser keeps settings by address), and
 * opens it unless told not to.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  PlainFailure,
  installDependencies,
  messageOf,
  projectRoot,
  reportFailure,
  requireNode,
} from './prerequisites.mjs';

const USUAL_PORT = 4173;

const USAGE = `npm start -- [--port NUMBER] [--no-open]

Builds SASA Lab and serves it at http://localhost:${USUAL_PORT}/ (the next free port when that one is taken).
  --port NUMBER  serve on this port and no other
  --no-open      do not open the browser`;

/**
 * @returns {{ port: number | undefined, open: boolean } | undefined} undefined when only help was asked for
 * @throws {PlainFailure} on an option that makes no sense
 */
function readOptions() {
  /** @type {{ port?: string, 'no-open'?: boolean, help?: boolean }} */
  let values;
  try {
    ({ values } = parseArgs({
      options: {
        port: { type: 'string' },
        'no-open': { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    }));
  } catch (error) {
    throw new PlainFailure(`${messageOf(error)}\n\n${USAGE}`);
  }
  if (values.help) return undefined;
  const port = values.port === undefined ? undefined : Number(values.port);
  if (port !== undefined && !(Number.isInteger(port) && port >= 1 && port <= 65535)) {
    throw new PlainFailure(
      `--port ${values.port} is no port: it must be a number from 1 to 65535.`,
    );
  }
  return { port, open: !values['no-open'] && !process.env['CI'] && hasDesktop() };
}

/** Whether there is a screen on which a browser could open. */
function hasDesktop() {
  if (process.platform !== 'linux') return true;
  return ['DISPLAY', 'WAYLAND_DISPLAY', 'WSL_DISTRO_NAME'].some((name) => process.env[name]);
}

/** @returns {Promise<void>} @throws {PlainFailure} when the sources do not build */
async function buildPage() {
  const { build } = await import('vite');
  const start = performance.now();
  console.log('Building the page …');
  try {
    await build({ root: projectRoot, logLevel: 'warn' });
  } catch (error) {
    throw new PlainFailure(`The page could not be built: ${messageOf(error)}`);
  }
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`Built in ${seconds} s, in ${join(projectRoot, 'dist')}`);
}

/**
 * @param {number | undefined} port the only port to try, or undefined for the usual one and those after it
 * @param {boolean} open
 * @throws {PlainFailure} when the port cannot be had
 */
async function servePage(port, open) {
  const { preview } = await import('vite');
  try {
    const server = await preview({
      root: projectRoot,
      logLevel: 'warn',
      preview: { port: port ?? USUAL_PORT, strictPort: port !== undefined, open },
    });
    return { server, address: server.resolvedUrls?.local[0] };
  } catch (error) {
    throw new PlainFailure(
      `The page could not be served on port ${port ?? USUAL_PORT}: ${messageOf(error)}. ` +
        'Choose another with "npm start -- --port NUMBER".',
    );
  }
}

async function main() {
  requireNode();
  const options = readOptions();
  if (options === undefined) {
    console.log(USAGE);
    return;
  }
  installDependencies();
  await buildPage();
  const { server, address } = await servePage(options.port, options.open);
  console.log(`\nSASA Lab is at ${address}`);
  console.log('Open it in Chrome or Edge. Ctrl-C stops it.');
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
    process.once(signal, () => {
      void server.close().finally(() => process.exit(0));
    });
  }
}

await main().catch(reportFailure);
