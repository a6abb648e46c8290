/**
 * A run on its way to its first step: its data are opened, which may load a language model and have it read,
 * the kernels compiled. It says what it is doing and can be given up, in which case nothing is left of it.
 */
import { LiveRun } from './live_run';
import type { Command, Event } from '../protocol/protocol';
import { parseRunConfig, type RunConfig } from '../run/run_config';
import type { RunData } from '../train/run_data';
import { createSession } from '../train/session';

export interface RunPreparationOptions {
  device(): Promise<GPUDevice>;
  readonly data: RunData;
  readonly post: (event: Event) => void;
}

type Start = Extract<Command, { kind: 'start' }>;

interface UnderWay {
  readonly config: RunConfig;
  readonly controller: AbortController;
}

export class RunPreparation {
  private readonly underWay = new Map<string, UnderWay>();

  constructor(private readonly options: RunPreparationOptions) {}

  /** The run, ready for its first step; null when it was given up. Rejects with LabError. */
  async prepare(command: Start): Promise<LiveRun | null> {
    const { runId } = command;
    this.options.post({ kind: 'status', runId, status: 'preparing', step: 0 });
    const config = parseRunConfig(command.config);
    const controller = new AbortController();
    const { signal } = controller;
    this.underWay.set(runId, { config, controller });
    try {
      const run = await this.build(command, config, signal);
      if (!signal.aborted) return run;
      await run.destroy();
      return null;
    } catch (error) {
      // Nobody asks any more how it ended.
      if (signal.aborted) return null;
      throw error;
    } finally {
      this.underWay.delete(runId);
    }
  }

  /** Gives a run up; false when none of that id is being prepared. */
  giveUp(runId: string): boolean {
    const preparing = this.underWay.get(runId);
    preparing?.controller.abort();
    return preparing !== undefined;
  }

  /** Settings of the runs that are being prepared. */
  get configs(): readonly { readonly config: RunConfig }[] {
    return [...this.underWay.values()];
  }

  private async build(
    { runId, file, weights, before }: Start,
    config: RunConfig,
    signal: AbortSignal,
  ): Promise<LiveRun> {
    const { data, post } = this.options;
    const work = {
      signal,
      onProgress: (fraction: number, stage: string) => {
        post({ kind: 'preparing', runId, stage, fraction });
      },
    };
    const device = await this.options.device();
    const source = await data.open(config, file, work);
    const again = data.again(config);
    const initial = weights?.map((start) => ({ kind: 'weights' as const, weights: start })) ?? [];
    const session = await createSession({ device, config, source, initial }, work);
    const surroundings = {
      device: () => this.options.device(),
      source: again,
    };
    const run = new LiveRun(runId, config, source, session, surroundings, post, before);
    const { totalSteps, estimate, statistics, lambdas } = session;
    if (!signal.aborted) {
      post({ kind: 'started', runId, config, totalSteps, estimate, statistics, lambdas });
    }
    return run;
  }
}
