/**
 * How large a language model's last residual stream typically is over text: what its final norm divides by.
 * Attribution holds it at this mean.
 */
import { readBuffer } from '../gpu/readback';
import type { LanguageModel } from '../lm/language_model';
import { normScale } from './logit_attribution';
import { inPass, spliceShape } from './spliced_forward';
import { windowBatch, type TextWindow } from './text_windows';

/** Mean of the final norm's divisor over one batch of windows, each at most `positions` long. */
export async function meanFinalScale(
  device: GPUDevice,
  lm: LanguageModel,
  windows: readonly TextWindow[],
  positions: number,
): Promise<number> {
  const { layers, width } = lm.config;
  const { sequences } = spliceShape(device, lm, positions, windows.length);
  const batch = windowBatch(windows.slice(0, sequences), sequences, positions);
  const forward = await lm.forward({ sequences, positions, from: 0, until: layers });
  try {
    forward.setTokens(batch.tokens);
    const encoder = device.createCommandEncoder();
    inPass(encoder, (pass) => forward.record(pass));
    device.queue.submit([encoder.finish()]);
    const values = new Float32Array(await readBuffer(device, forward.residual));
    const stride = Math.ceil(width / 4) * 4;
    let sum = 0;
    let rows = 0;
    batch.text.forEach((counts, row) => {
      if (counts === 0) return;
      sum += normScale(lm, values.subarray(row * stride, row * stride + width));
      rows += 1;
    });
    return sum / Math.max(1, rows);
  } finally {
    forward.destroy();
  }
}
