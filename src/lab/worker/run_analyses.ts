/**
 * Questions about the models of runs, answered by the analysis worker: which code tables they need, when a
 * table is out of date, and progress on the way. Knows neither device nor runs beyond the tables they give.
 */
import type { Work } from '../../base/work';
import type { ActivationSource } from '../../data/source';
import { shapeOf } from '../../sae/config';
import { AnalysisClient } from '../explore/analysis_client';
import type { AnalysisAnswers, AnalysisKind, AnalysisQuestion } from '../explore/analysis_worker';
import { describeData, type Summarize } from '../explore/describe_data';
import type { LiveRun } from './live_run';
import type { Command, Event } from '../protocol/protocol';

/** What it needs of the engine. */
export interface RunAnalysesOptions {
  /** The run of an id; throws LabError `not_found`. */
  readonly run: (runId: string) => LiveRun;
  readonly post: (event: Event) => void;
  readonly progress: (requestId: number, fraction: number, stage: string) => void;
}

type Asked<K extends Command['kind']> = Extract<Command, { kind: K }>;

export class RunAnalyses {
  private readonly client = new AnalysisClient();

  constructor(private readonly options: RunAnalysesOptions) {}

  /** Answers a question about a model's codes. Throws LabError. */
  async answer(command: Asked<'groups' | 'diagnose' | 'group_card'>): Promise<void> {
    if (command.kind === 'group_card') await this.card(command);
    else await this.analyse(command);
  }

  /** Describes rows of data, which no run need have seen. */
  async describe(requestId: number, source: ActivationSource, work: Work): Promise<void> {
    const { post, progress } = this.options;
    progress(requestId, 0, 'Reading rows');
    const summarize: Summarize = (x, rows, width) =>
      this.client.ask(
        requestId,
        { kind: 'rows', x, rows, width },
        {
          load: () => Promise.reject(new RangeError('rows need no table')),
          onProgress: (fraction) => progress(requestId, fraction, 'Measuring the spectrum'),
        },
      );
    const description = await describeData(source, summarize, work);
    post({ kind: 'data_described', requestId, description });
  }

  /** Principal axes of a group's codes. */
  axes(
    requestId: number,
    runId: string,
    model: number,
    group: number,
  ): Promise<AnalysisAnswers['axes']> {
    const key = tableKey(runId, model);
    return this.ask<'axes'>(requestId, runId, { kind: 'axes', key, group }, 'Finding its axes');
  }

  cancel(requestId: number): void {
    this.client.cancel(requestId);
  }

  /** Drops the tables of a run. */
  forget(runId: string): void {
    this.client.drop((key) => key.startsWith(tableKey(runId, '')));
  }

  private async analyse(command: Asked<'groups' | 'diagnose'>): Promise<void> {
    const { requestId, runId, model, kind } = command;
    const { run, post } = this.options;
    const key = tableKey(runId, model);
    // Encoded anew when the model has trained on since.
    if (this.client.stepOf(key) !== run(runId).step) this.client.drop((k) => k === key);
    if (kind === 'groups') {
      const answer = await this.ask<'groups'>(requestId, runId, { kind, key }, 'Reading the codes');
      post({ kind: 'groups', requestId, runId, answer });
    } else {
      const answer = await this.ask<'diagnose'>(requestId, runId, { kind, key }, 'Diagnosing');
      post({ kind: 'diagnosed', requestId, runId, answer });
    }
  }

  private async card(command: Asked<'group_card'>): Promise<void> {
    const { requestId, runId, model, group } = command;
    const { config, session } = this.options.run(runId);
    const rankOf = (index: number) => shapeOf(session.modelConfig(index)).rank;
    const others = [...config.models.keys()]
      .filter((index) => index !== model && rankOf(index) === 1 && rankOf(model) > 1)
      .map((index) => tableKey(runId, index));
    const card = await this.ask<'card'>(
      requestId,
      runId,
      { kind: 'card', key: tableKey(runId, model), group, others },
      'Drawing the card',
    );
    this.options.post({ kind: 'group_card', requestId, runId, model, card });
  }

  /** Asks about the code tables of a run's models, which are made where the worker lacks them. */
  private ask<Kind extends AnalysisKind>(
    requestId: number,
    runId: string,
    question: AnalysisQuestion<Kind>,
    stage: string,
  ): Promise<AnalysisAnswers[Kind]> {
    const { run, progress } = this.options;
    return this.client.ask(requestId, question, {
      load: (key, signal) =>
        run(runId).analysisTable(modelOfKey(key), {
          signal,
          onProgress: (fraction) => progress(requestId, fraction / 2, 'Encoding rows'),
        }),
      onProgress: (fraction) => progress(requestId, 0.5 + fraction / 2, stage),
    });
  }
}

/** Names the code table of one model of a run; with '' in its place, what all of the run's begin with. */
function tableKey(runId: string, model: number | ''): string {
  return `${runId} ${model}`;
}

function modelOfKey(key: string): number {
  return Number(key.slice(key.lastIndexOf(' ') + 1));
}
