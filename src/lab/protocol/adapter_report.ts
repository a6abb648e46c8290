/** What the engine says about the adapter it runs on. Part of the protocol (protocol.ts passes it on). */

/** The adapter as a person sees it, with what decides whether a model fits. */
export interface AdapterReport {
  /** "Apple M2 Pro", "SwiftShader (software)". */
  readonly name: string;
  readonly vendor: string;
  readonly architecture: string;
  readonly software: boolean;
  readonly features: readonly string[];
  /** Bytes. */
  readonly maxBufferSize: number;
  readonly maxStorageBufferBindingSize: number;
  /** True when only WebGPU's default limits were granted. */
  readonly defaultLimitsOnly: boolean;
}
