/**
 * Rows of the tests' tables that an architecture brings with it, in its `cases.ts`: steps on which the GPU is held to
 * its float64 twin, steps whose gradients are held to finite differences, models whose kernels are compiled. Tests
 * enumerate the folders; an architecture without rows fails.
 */
import type { ModelInput } from '../config';
import type { KernelVariant } from '../layout';

/** A training step with random contents. */
export interface StepCase {
  readonly model: ModelInput;
  /** d */
  readonly width: number;
  /** B */
  readonly batch: number;
  readonly variant?: KernelVariant;
  /** Takes the selecting kernels from the tiled variant, in a step that is otherwise direct. */
  readonly tiledGate?: boolean;
  /** Clip by this norm, through stored gradients. */
  readonly maxGradNorm?: number;
  /** Groups that have not fired for long and do not win: every third, or none. */
  readonly dead?: 'some' | 'none';
  /** Every second group copies the encoder of the one before it, so that scores tie. */
  readonly ties?: boolean;
  /** Zero encoder: every score is the same. */
  readonly silent?: boolean;
  /** λ in absolute units. */
  readonly lambda?: number;
  readonly inputScale?: number;
  /** η of a model that takes a step on its codes; 0.7 when absent. */
  readonly eta?: number;
  readonly weightDecay?: number;
  readonly seed?: number;
  /** Takes the batch in slices whose lists have no more places. */
  readonly mostPlaces?: number;
}

/** A step with the names of the passes that are compared; all when absent. */
export interface ParityCase extends StepCase {
  readonly passes?: readonly string[];
}

/** What a row of each table is. */
export interface CaseRows {
  /** GPU against float64, pass by pass: ragged sizes, every option that makes another program. */
  readonly parity: ParityCase;
  /** Stored gradients against finite differences: every option that makes another gradient. */
  readonly gradients: StepCase;
  /** Models whose every program must compile and bind within WebGPU's default limits. */
  readonly compile: ModelInput;
}

/** The rows of an architecture, by name. */
export type ArchitectureCases = {
  readonly [T in keyof CaseRows]: Readonly<Record<string, CaseRows[T]>>;
};

/** Sizes at which finite differences are quick: five dimensions, seven rows, some units dead, a clip that never binds. */
export const GRADIENT_STEP = {
  width: 5,
  batch: 7,
  dead: 'some',
  maxGradNorm: 1e9,
  lambda: 0.3,
} as const;
