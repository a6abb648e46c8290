/**
 * Trains a run stretch by stretch: takes steps until a command comes or there are no more, logs what is measured, lets probes
 * look now and then, and has the run kept when that is due. Knows no command.
 */
import type { ActivationSource } from '../../data/source';
import type { RunProbes } from '../train/run_probes';
import type { TrainingSession } from '../train/session';
import type { RunSurroundings } from './readable_models';
import type { RunKeeper } from './run_keeper';
import type { RunLog } from './run_log';
import type { Turns } from './turns';

/** How a run stands when it is kept. */
export type SavedStatus = 'running' | 'paused' | 'stopped' | 'finished';

export interface TrainingLoopParts {
  readonly trainer: Pick<TrainingSession, 'step' | 'totalSteps' | 'settings' | 'run' | 'state'>;
  readonly log: RunLog;
  readonly probes: RunProbes;
  /** Null where nothing is kept. */
  readonly keeper: RunKeeper | null;
  /** Says whether a command waits. */
  readonly turns: Pick<Turns, 'isCalled'>;
  readonly data: { readonly source: ActivationSource };
  /** The loss of the device that is behind a failure; null where it is there. */
  readonly loss: RunSurroundings['loss'];
}

export class TrainingLoop {
  constructor(private readonly parts: TrainingLoopParts) {}

  /** Trains up to step `until`; false when a command came before it was there. */
  async trainTo(until: number): Promise<boolean> {
    const { trainer, probes, turns, data } = this.parts;
    if (trainer.step === 0 && !(await probes.first(data.source))) return false;
    await this.steps(until);
    while (trainer.step < until && !turns.isCalled) {
      await this.save('running');
      await this.steps(until);
    }
    return trainer.step >= until;
  }

  /** Whether the run should be kept as it is now. */
  get isSaveDue(): boolean {
    return this.parts.keeper?.isDue(this.parts.trainer.step) === true;
  }

  /** Has the run kept as it is now. */
  async save(status: SavedStatus): Promise<void> {
    const { keeper, trainer, log } = this.parts;
    if (keeper === null) return;
    const { step, settings } = trainer;
    const { seconds, records, changes } = log;
    const states = () => Promise.all(settings.models.map((_, model) => trainer.state(model)));
    try {
      await keeper.save({ step, settings, seconds, records, changes, states }, { status });
    } catch (error) {
      // Without its device there is nothing to keep; what else cannot be copied is trained on all the same.
      if ((await this.parts.loss()) !== null) throw error;
      keeper.tell(error);
    }
  }

  /** Takes steps until a command comes, a checkpoint is due, or there are no more. */
  private async steps(until: number): Promise<void> {
    const { trainer, log, probes, turns, data } = this.parts;
    await trainer.run(until - trainer.step, {
      onMetrics: (records) => log.measured(records),
      onMoves: (made) => log.moved(made),
      onProgress: (measured) => {
        const now = performance.now();
        log.progress(measured, now, trainer.step === trainer.totalSteps);
        probes.sometimes(data.source, now);
      },
      shouldStop: () => turns.isCalled || this.isSaveDue,
    });
  }
}
