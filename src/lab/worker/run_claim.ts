/**
 * The right to write to one kept run. Who trains it has that right all the time; when it is over, or was only looked at,
 * the right is taken for as long as a write takes, so that another tab may go on with the run or delete it meanwhile.
 */
import type { KeptRuns } from '../keep/kept_runs';

export class RunClaim {
  /** `release` gives back what is claimed already; null where nothing is. */
  constructor(
    private readonly runs: KeptRuns,
    private readonly id: string,
    private release: (() => void) | null,
  ) {}

  /**
   * Writes as the run's only writer. Without the claim this is left out where another tab has it, or trained the run on
   * from `step`: what that came to is not to be written over.
   */
  async alone(step: number, write: () => Promise<void>): Promise<void> {
    if (this.release !== null) {
      await write();
      return;
    }
    const release = await this.runs.claim(this.id);
    if (release === null) return;
    try {
      if ((await this.runs.find(this.id))?.step === step) await write();
    } finally {
      release();
    }
  }

  /** Lets others write to the run. */
  letGo(): void {
    this.release?.();
    this.release = null;
  }
}
