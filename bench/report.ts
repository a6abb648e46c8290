/** The shape of the benchmark's JSON result. */
import type { KernelVariant } from '../src/sae/layout';
import type { LossAgreement, StepAgreement } from './agreement';
import type { LanguageModelReport } from './language_model/measure_language_model';
import type { Machine } from './machine';
import type { PairTiming } from './measure';
import type { PageReport } from './page/measure_page';
import type { PassReport } from './passes';
import type { ShapeName } from './workload';

export interface StepsReport {
  readonly agreement: StepAgreement;
  readonly againstDense: PairTiming;
  /** Left out for the large shape on software adapters, where a step of jax-js takes minutes. */
  readonly jax: { readonly losses: LossAgreement; readonly timing: PairTiming } | undefined;
  /** Load averages before and after. */
  readonly load: readonly [number, number];
}

export interface ShapeReport {
  readonly name: ShapeName;
  readonly shape: string;
  readonly variant: KernelVariant;
  /** s·r/N */
  readonly activeShare: number;
  readonly steps: StepsReport | undefined;
  readonly passes: PassReport | undefined;
}

export interface BenchReport {
  readonly machine: Machine;
  /** Load average of the last minute, at the end. */
  readonly load: number;
  readonly workloads: readonly ShapeReport[];
  readonly languageModel: LanguageModelReport | undefined;
  readonly page: PageReport | undefined;
}
