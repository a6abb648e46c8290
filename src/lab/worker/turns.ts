/**
 * Turn-taking between the commands of a run and the loop that trains it: a command is carried out while the loop rests,
 * after those that came before it, and the loop goes on when none waits. Knows neither the commands nor the steps.
 */

export interface TurnsParts {
  /** A command has come: what the loop does should come to its end. */
  readonly onCall: () => void;
  /** Whether the loop goes on when no command waits. */
  readonly isGoing: () => boolean;
  /** A stretch of the loop, until it is over or a command waits. Never rejects. */
  readonly loop: () => Promise<void>;
  /** Told of a command that failed. Never rejects. */
  readonly onFailure: (error: unknown) => Promise<void>;
}

export class Turns {
  /** Commands that wait for the loop to rest or are carried out. */
  private waiting = 0;
  /** Stretches of the loop and commands, one after the other. Never rejects. */
  private line: Promise<void> = Promise.resolve();

  constructor(private readonly parts: TurnsParts) {}

  /** Whether the loop has to make room. */
  get isCalled(): boolean {
    return this.waiting > 0;
  }

  /** Resolves when all that is in the line now is done. */
  get done(): Promise<void> {
    return this.line;
  }

  /** Carries out a command in its turn; the loop goes on afterwards if it is to. */
  async take(command: () => void | Promise<void>): Promise<void> {
    const { onCall, isGoing, loop, onFailure } = this.parts;
    this.waiting += 1;
    onCall();
    this.line = this.line.then(command).catch(onFailure);
    await this.line;
    this.waiting -= 1;
    if (this.isCalled || !isGoing()) return;
    this.line = this.line.then(() => (this.isCalled ? undefined : loop()));
  }
}
