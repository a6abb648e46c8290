/**
 * How the page is built: a static folder that runs from any host and any path, so every address in it
 * is relative. Workers are ES modules because the engine's worker shares modules with the page.
 */
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  base: './',
  // A missing file is a 404, as on any static host, and not the page once more; routes are in the hash.
  appType: 'mpa',
  plugins: [react()],
  build: { target: 'es2023' },
  worker: { format: 'es' },
});
