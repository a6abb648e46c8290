/**
 * Kernels without their comments and indentation in the built page: a kernel's header explains it to people
 * and is half of its bytes. Only the build leaves them out; development, tests and the command line
 * compile the files as they stand.
 */
import { readFile } from 'node:fs/promises';

/**
 * WGSL with the same tokens, without comments and what only makes it look good. WGSL has no strings, so a comment is a
 * comment wherever it stands. Spaces stay where two signs would become another: `a - -b`, `a / *p`, `a < b`.
 * @param {string} source
 */
export function leanKernel(source) {
  return source
    .replaceAll(/\/\*[^]*?\*\/|\/\/.*/g, ' ')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join('\n')
    .replaceAll(/ ?([,;:(){}[\]=]) ?/g, '$1')
    .replaceAll(/(?<=[\w)\]]) ([*+]) (?=[\w(])/g, '$1')
    .replaceAll(/(?<=[;{},])\n/g, '');
}

/** @returns {import('vite').Plugin} */
export function leanKernels() {
  return {
    name: 'lean-kernels',
    apply: 'build',
    enforce: 'pre',
    load: {
      filter: { id: /\.wgsl\?raw$/ },
      async handler(id) {
        const source = await readFile(id.replace(/\?raw$/, ''), 'utf8');
        return {
          code: `export default ${JSON.stringify(leanKernel(source))};`,
          moduleType: 'js',
        };
      },
    },
  };
}
