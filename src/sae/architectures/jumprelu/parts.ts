/** What the kernels of a step compute for JumpReLU: whom the gate lists, what a code costs, what a threshold learns. */
import { standingSource, type EntryPart, type StandingPart, type TermPart } from '../../parts';
import entry from './entry.wgsl?raw';
import gateNear from './gate_near.wgsl?raw';
import termStep from './term_step.wgsl?raw';
import termTanh from './term_tanh.wgsl?raw';

/** Lists codes above their thresholds, and units just below without a code. */
export const nearThreshold: StandingPart = {
  source: standingSource(gateNear),
  ofBatch: false,
  readsThresholds: true,
  codeOf: (score, threshold, bandwidth) => {
    if (score > threshold) return score;
    return score > threshold - bandwidth / 2 ? 0 : null;
  },
};

/** One for every code. */
export const stepTerm: TermPart = {
  source: termStep,
  readsNorms: false,
  value: (code) => (code > 0 ? 1 : 0),
  byCode: () => 0,
  byNorm: () => 0,
};

/** tanh(scale · code · ‖d‖) */
export function tanhTerm(scale: number): TermPart {
  const slope = (code: number, norm: number) => scale * (1 - Math.tanh(scale * code * norm) ** 2);
  return {
    source: `const SCALE = ${scale.toFixed(6)};\n${termTanh}`,
    readsNorms: true,
    value: (code, norm) => Math.tanh(scale * code * norm),
    byCode: (code, norm) => norm * slope(code, norm),
    byNorm: (code, norm) => code * slope(code, norm),
  };
}

/**
 * dL/dθ by the rectangle kernel K(u) = 1 for |u| < ½: −(θ/ε)·K((z − θ)/ε)·dL/dcode, and with the step term
 * −(strength/ε)·K((z − θ)/ε) (Rajamanoharan et al. 2024). A unit that is listed without a code is in the window.
 */
export function thresholdEntry(step: boolean): EntryPart {
  return {
    source: `const STEP = ${String(step)};\n${entry}`,
    reachesEncoder: (code) => code > 0,
    byThreshold: ({ code, threshold, byCode, strength, bandwidth }) => {
      if (code !== 0 && code - threshold >= bandwidth / 2) return 0;
      return -(threshold * byCode + (step ? strength : 0)) / bandwidth;
    },
  };
}
