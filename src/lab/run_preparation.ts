/**
 * A run on its way to its first step: its data are opened, which may load a language model and have it read,
 * the kernels compiled. It says what it is doing and can be given up, in which case nothing is left of it.
 */
import { LabError } from '../base/lab_error';
import { LiveRun } from './live_run';
import type { Command, Event } from './protocol';
import { parseRunConfig } from './run_config';
import type { RunData } from './run_data';
import { createSession } from './session';

export interface RunPreparationOptions {
  device(): Promise<GPUDevice>;
  readonly data: RunData;
  readonly post: (event: Event) => void;
}

type Start = Extract<Command, { kind: 'start' }>;

export class RunPreparation {
  private readonly underWay = new Map<string, AbortController>();

  constructor(private readonly options: RunPreparationOptions) {}

  /** The run, ready for its first step; null when it was given up. Rejects with LabError. */
  async prepare(command: Start): Promise<LiveRun | null> {
    const { runId } = command;
    const controller = new AbortController();
    this.underWay.set(runId, controller);
    this.options.post({ kind: 'status', runId, status: 'preparing', step: 0 });
    try {
      const run = await this.build(command, controller.signal);
      if (!controller.signal.aborted) return run;
      await run.destroy();
      return null;
    } catch (error) {
      if (error instanceof LabError && error.code === 'cancelled') return null;
      throw error;
    } finally {
      this.underWay.delete(runId);
    }
  }

  /** Gives a run up; false when none of that id is being prepared. */
  giveUp(runId: string): boolean {
    const controller = this.underWay.get(runId);
    controller?.abort();
    return controller !== undefined;
  }

  private async build(command: Start, signal: AbortSignal): Promise<LiveRun> {
    const { runId, file, weights } = command;
    const { data, post } = this.options;
    const config = parseRunConfig(command.config);
    const work = {
      signal,
      onProgress: (fraction: number, stage: string) => {
        post({ kind: 'preparing', runId, stage, fraction });
      },
    };
    const device = await this.options.device();
    const source = await data.open(config, file, work);
    const initial = weights?.map((start) => ({ kind: 'weights' as const, weights: start })) ?? [];
    const session = await createSession({ device, config, source, initial }, work);
    const surroundings = {
      device: () => this.options.device(),
      source: () => data.open(config, undefined),
    };
    const run = new LiveRun(runId, config, source, session, surroundings, post);
    const { totalSteps, estimate, statistics, lambdas } = session;
    if (!signal.aborted) {
      post({ kind: 'started', runId, config, totalSteps, estimate, statistics, lambdas });
    }
    return run;
  }
}
