/**
 * The questions that the engine works on: each ends by its answer or by a LabError, also when nobody wants it any more or the
 * device goes from under it. Who answers, says handlers.ts.
 */
import { describeError, LabError } from '../../base/lab_error';
import type { Work } from '../../base/work';
import type { Event } from '../protocol/protocol';
import type { AnswerEvent, AskCommand, RequestName } from '../protocol/requests';
import { MOVED, type Handlers } from './handlers';

export interface AskedQuestionsParts {
  readonly handlers: Handlers;
  readonly post: (event: Event, transfer?: Transferable[]) => void;
  /** Has what a question is about at hand; null where it is. */
  readonly prepare: (command: AskCommand, work: Work) => Promise<void> | null;
  /** Resolves when a loss of the device that is behind a failure has been told to `endAll`. */
  readonly lossHeard: () => Promise<unknown>;
}

export class AskedQuestions {
  /** What gives up the questions that are worked on, by request. */
  private readonly underWay = new Map<number, AbortController>();

  constructor(private readonly parts: AskedQuestionsParts) {}

  /** Answers a question; failures become events. */
  async answer<Name extends RequestName>(command: AskCommand & AskCommand<Name>): Promise<void> {
    const { handlers, post, prepare } = this.parts;
    const { requestId, name, ask } = command;
    const controller = new AbortController();
    const { signal } = controller;
    this.underWay.set(requestId, controller);
    const onProgress = (fraction: number, stage: string) =>
      post({ kind: 'analysis_progress', requestId, fraction, stage });
    try {
      const work: Work = { signal, onProgress };
      // What is in memory answers in the same turn: a command that comes next finds the question under way.
      const preparing = prepare(command, work);
      if (preparing !== null) await preparing;
      const answer = await handlers[name](ask, work);
      // The handler of a name gives the answer of that name, which the union of all events does not tell.
      const event = { kind: 'answer', requestId, name, answer } as AnswerEvent;
      post(event, MOVED[name]?.(answer));
    } catch (error) {
      // What breaks on a lost device may be heard of before the loss.
      if (!(error instanceof LabError)) await this.parts.lossHeard();
      const lost: unknown = signal.reason;
      const reason = lost instanceof LabError ? lost : error;
      post({ kind: 'request_failed', requestId, error: describeError(reason) });
    } finally {
      this.underWay.delete(requestId);
    }
  }

  /** Gives up a question that nobody waits for any more. */
  cancel(requestId: number): void {
    this.underWay.get(requestId)?.abort();
  }

  /** Ends all that are worked on: the device went. Those that do not need it answer all the same. */
  endAll(loss: LabError): void {
    const error = new LabError(
      loss.code,
      'The graphics device was lost while the engine worked on this.',
      'Ask again.',
    );
    for (const controller of this.underWay.values()) controller.abort(error);
  }
}
