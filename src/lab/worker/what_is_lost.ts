/** What a lost device costs, in words for the person. Knows no run. */

/** Numbers of runs: lost with the device, kept up to a checkpoint, and over before, with their weights at hand. */
interface Losses {
  readonly lost: number;
  readonly kept: number;
  readonly over: number;
}

/** Sentences on what became of the runs. */
export function whatIsLost({ lost, kept, over }: Losses): string {
  if (lost + kept === 0) return 'Nothing was training; every run keeps its weights.';
  const sentences: string[] = [];
  if (kept > 0) {
    sentences.push(
      kept === 1
        ? 'The run that was going on can go on from its latest checkpoint: press Resume on the Runs page.'
        : `${kept} runs that were going on can go on from their latest checkpoints: press Resume on the Runs page.`,
    );
  }
  if (lost > 0) {
    const going =
      lost === 1
        ? 'The run that was going on has lost its weights and keeps its curves'
        : `The ${lost} runs that were going on have lost their weights and keep their curves`;
    sentences.push(over === 0 ? `${going}.` : `${going}; runs that were over keep both.`);
  }
  return sentences.join(' ');
}
