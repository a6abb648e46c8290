/**
 * How large a language model's last residual stream typically is over text: what its final norm divides by.
 * Attribution holds it at this mean.
 */
import { requireWanted, type Work } from '../../base/work';
import { readBuffer } from '../../gpu/readback';
import type { LanguageModel } from '../../lm/language_model';
import { normScale } from './logit_attribution';
import { inPass } from '../../gpu/in_pass';
import { spliceShape } from './spliced_forward';
import { windowBatch, type TextWindow } from '../language/text_windows';

export interface FinalScaleOptions extends Work {
  readonly device: GPUDevice;
  readonly lm: LanguageModel;
  readonly windows: readonly TextWindow[];
  /** Longest window. */
  readonly positions: number;
}

/** Mean of the final norm's divisor over the windows, pass after pass. Throws LabError `cancelled`. */
export async function meanFinalScale(options: FinalScaleOptions): Promise<number> {
  const { device, lm, windows, positions, onProgress } = options;
  const { layers, width } = lm.config;
  const { sequences } = spliceShape(device, lm, positions, windows.length);
  const forward = await lm.forward({ sequences, positions, from: 0, until: layers });
  const stride = Math.ceil(width / 4) * 4;
  let sum = 0;
  let rows = 0;
  try {
    for (let start = 0; start < windows.length; start += sequences) {
      requireWanted(options);
      onProgress?.(start / windows.length, 'Reading text');
      const batch = windowBatch(windows.slice(start, start + sequences), sequences, positions);
      forward.setTokens(batch.tokens);
      const encoder = device.createCommandEncoder();
      inPass(encoder, (pass) => forward.record(pass));
      device.queue.submit([encoder.finish()]);
      const values = new Float32Array(await readBuffer(device, forward.residual));
      batch.text.forEach((counts, row) => {
        if (counts === 0) return;
        sum += normScale(lm, values.subarray(row * stride, row * stride + width));
        rows += 1;
      });
    }
    return sum / Math.max(1, rows);
  } finally {
    forward.destroy();
  }
}
