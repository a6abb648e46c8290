/** Counts the buffers of a device, for tests of what is left behind. */

/** Watches a device from now on; the labels of the buffers made since and not destroyed. */
export function liveBuffers(device: GPUDevice): () => string[] {
  const live = new Set<GPUBuffer>();
  const create = device.createBuffer.bind(device);
  device.createBuffer = (descriptor) => {
    const buffer = create(descriptor);
    const destroy = buffer.destroy.bind(buffer);
    buffer.destroy = () => {
      live.delete(buffer);
      destroy();
    };
    live.add(buffer);
    return buffer;
  };
  return () => Array.from(live, ({ label }) => label);
}
