/** Records one compute pass. */
export function inPass(
  encoder: GPUCommandEncoder,
  record: (pass: GPUComputePassEncoder) => void,
): void {
  const pass = encoder.beginComputePass();
  record(pass);
  pass.end();
}
