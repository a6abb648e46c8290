/**
 * How far a run has come, on stderr: one line that is drawn again on a terminal, a plain line every few
 * seconds anywhere else. Knows neither engine nor files.
 */
import { groupDigits } from '../base/number_text';
import type { Feeding, MetricRecord } from '../lab/protocol/protocol';

/** Where progress is written. */
export interface ProgressOutput {
  readonly isTTY: boolean;
  /** Characters of a line; only asked on a terminal. */
  readonly columns: number;
  write(text: string): void;
  /** Milliseconds since any fixed moment. */
  now(): number;
}

export interface ProgressState {
  readonly samples: number;
  /** Null while it is not known. */
  readonly samplesPerSecond: number | null;
  readonly feeding?: Feeding;
}

const REDRAW_MS = 100;
const PLAIN_MS = 5000;
const BAR = 24;
/** The rate shown is the median of so many: one slow step (compiling, say) does not show. */
const RATES = 15;

/** A count as people read it: 1 234 567. */
export function grouped(count: number): string {
  return groupDigits(String(Math.round(count)), ' ');
}

/** Seconds as 0:07, 12:34 or 1:02:03. */
export function clockTime(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (value: number) => String(value).padStart(2, '0');
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** Says what share is done every few seconds, a line each, and of what where it is told. */
export function progressLines(output: ProgressOutput): (fraction: number, stage?: string) => void {
  const started = output.now();
  let told = started;
  return (fraction, stage) => {
    const now = output.now();
    if (now - told < PLAIN_MS) return;
    told = now;
    const done = `${Math.floor(100 * fraction)} %  ${clockTime((now - started) / 1000)}`;
    output.write(`${stage === undefined ? '' : `${stage}  `}${done}\n`);
  };
}

function rateText(perSecond: number): string {
  if (perSecond >= 1e6) return `${(perSecond / 1e6).toFixed(1)} M/s`;
  if (perSecond >= 1e4) return `${(perSecond / 1e3).toFixed(1)} k/s`;
  return `${Math.round(perSecond)}/s`;
}

/** How fast a language model makes rows, and how much of the time it takes for that. */
function sourceRate(feeding: Feeding): string {
  const { rowsMade, sourceSeconds, shuffleSeconds, trainingSeconds } = feeding;
  const all = sourceSeconds + shuffleSeconds + trainingSeconds;
  if (all === 0) return '';
  const rate = rateText(rowsMade / Math.max(1e-3, sourceSeconds));
  return `language model ${rate}, ${Math.round((100 * sourceSeconds) / all)} % of the time`;
}

/** Reports on one run. */
export class Progress {
  private lastDrawn = Number.NEGATIVE_INFINITY;
  private readonly explained: (number | undefined)[];
  private drawn = false;
  private readonly rates: number[] = [];
  private feeding: Feeding | null = null;

  constructor(
    private readonly output: ProgressOutput,
    private readonly modelNames: readonly string[],
    private readonly totalSamples: number,
    /** What rows of the data are called: "samples", "tokens". */
    private readonly rowsName: string,
  ) {
    this.explained = modelNames.map(() => undefined);
  }

  /** Remembers the explained variance of each model. */
  metrics(records: readonly MetricRecord[]): void {
    for (const { model, values } of records) {
      this.explained[model] = values['metrics/explained_variance'];
    }
  }

  /** Shows how far it is, if the last time is long enough ago. */
  update(state: ProgressState): void {
    this.feeding = state.feeding ?? null;
    const { samplesPerSecond: rate } = state;
    if (rate !== null && (this.feeding?.filled ?? 1) === 1) this.rates.push(rate);
    if (this.rates.length > RATES) this.rates.shift();
    const now = this.output.now();
    if (now - this.lastDrawn < (this.output.isTTY ? REDRAW_MS : PLAIN_MS)) return;
    this.show(state.samples, now);
  }

  /** Shows how far it came in any case and goes to a new line. */
  finish(samples: number): void {
    this.show(samples, this.output.now());
    this.endLine();
  }

  /** Lets a message begin on a line of its own. */
  endLine(): void {
    if (this.drawn) this.output.write('\n');
    this.drawn = false;
  }

  private show(samples: number, now: number): void {
    this.lastDrawn = now;
    if (!this.output.isTTY) {
      this.output.write(`${this.text(samples)}\n`);
      return;
    }
    const done = Math.round(Math.min(1, samples / this.totalSamples) * BAR);
    const line = `${'█'.repeat(done)}${'░'.repeat(BAR - done)} ${this.text(samples)}`;
    // A line longer than the terminal would wrap and stay.
    this.output.write(`\r\u001b[K${line.slice(0, Math.max(20, this.output.columns - 1))}`);
    this.drawn = true;
  }

  private text(samples: number): string {
    if (this.feeding !== null && this.feeding.filled < 1) {
      return `Filling the shuffle buffer ${Math.floor(100 * this.feeding.filled)} %  ${sourceRate(this.feeding)}`;
    }
    const rate = this.rates.toSorted((a, b) => a - b)[this.rates.length >> 1] ?? null;
    const share = Math.floor((100 * samples) / this.totalSamples);
    const left = rate === null || rate <= 0 ? null : (this.totalSamples - samples) / rate;
    const explained = this.modelNames.flatMap((name, model) => {
      const value = this.explained[model];
      return value === undefined ? [] : [`${name} EV ${value.toFixed(3)}`];
    });
    return [
      `${String(share).padStart(3)} %`,
      `${grouped(samples)} of ${grouped(this.totalSamples)} ${this.rowsName}`,
      rate === null ? '' : rateText(rate),
      left === null || samples >= this.totalSamples ? '' : `${clockTime(left)} left`,
      this.feeding === null ? '' : sourceRate(this.feeding),
      ...explained,
    ]
      .filter((part) => part !== '')
      .join('  ');
  }
}
