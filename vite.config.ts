/**
 * How the page is built: a static folder that runs from any host and any path, so every address in it
 * is relative. Workers and page are one bundle with common chunks.
 */
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { leanKernels } from './scripts/build/lean_kernels.mjs';
import { sharedWorkers } from './scripts/build/shared_workers.mjs';

export default defineConfig({
  base: './',
  // A missing file is a 404, as on any static host, and not the page once more; routes are in the hash.
  appType: 'mpa',
  plugins: [react(), leanKernels(), sharedWorkers()],
  build: { target: 'es2023' },
});
