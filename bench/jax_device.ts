/** jax-js on the GPU of this process. */
import type * as Jax from '@jax-js/jax';

/** Starts jax-js. `gpu` is what a browser has as `navigator.gpu`. */
export async function startJax(gpu: GPU): Promise<typeof Jax> {
  // jax-js asks the browser's globals for its device as soon as it is loaded.
  Object.defineProperty(globalThis, 'navigator', {
    value: { gpu, userAgent: 'Node' },
    configurable: true,
  });
  const jax = await import('@jax-js/jax');
  const devices = await jax.init('webgpu');
  if (!devices.includes('webgpu')) throw new Error('jax-js found no WebGPU adapter');
  jax.defaultDevice('webgpu');
  return jax;
}
