/**
 * Packs the benchmark, the command line and the parity table so that they run on a machine that has a GPU
 * but neither Node nor a network: `node bench/portable/pack.mjs` fills out/portable with three bundles and
 * an archive of the `webgpu` package for this platform and the Node that ran this. Copy the repository with
 * that folder and start bench/portable/run.sh there. The bundles lie two folders below the project's root,
 * as their sources do, so the paths that they make from there still hold.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'vite';
import { projectRoot } from '../../scripts/prerequisites.mjs';

const packed = join(projectRoot, 'out/portable');
// Made aside and renamed when it is whole, so that two of them side by side cannot mix.
const out = join(projectRoot, `out/.portable-${process.pid}`);
const programs = {
  bench: 'bench/main.ts',
  lab: 'src/cli/main.ts',
  parity: 'bench/portable/parity.ts',
};

rmSync(out, { recursive: true, force: true });
for (const [name, entry] of Object.entries(programs)) {
  await build({
    root: projectRoot,
    configFile: false,
    logLevel: 'warn',
    ssr: {
      noExternal: true,
      // What only measures the page stays outside: it is loaded when that is asked for.
      external: ['webgpu', 'vite', 'playwright-core'],
    },
    build: {
      ssr: join(projectRoot, entry),
      outDir: out,
      emptyOutDir: false,
      target: 'node20',
      copyPublicDir: false,
      rolldownOptions: {
        output: { entryFileNames: `${name}.mjs`, chunkFileNames: `${name}-[name]-[hash].mjs` },
      },
    },
  });
}

// Node and the package for this platform, which are large, travel compressed.
const runtime = join(out, 'runtime');
const from = join(projectRoot, 'node_modules/webgpu');
const to = join(runtime, 'node_modules/webgpu');
const platform = `${process.platform}-${process.arch}`;
mkdirSync(join(to, 'dist'), { recursive: true });
for (const file of readdirSync(from)) {
  if (file !== 'dist') cpSync(join(from, file), join(to, file), { recursive: true });
}
cpSync(join(from, 'dist', platform), join(to, 'dist', platform), { recursive: true });
cpSync(process.execPath, join(runtime, 'node'));
const archive = join(out, 'runtime.tar.xz');
const { status } = spawnSync('tar', ['-cJf', archive, '-C', runtime, '.'], { stdio: 'inherit' });
rmSync(runtime, { recursive: true });
if (status !== 0) throw new Error('tar could not pack the runtime');
rmSync(packed, { recursive: true, force: true });
renameSync(out, packed);
