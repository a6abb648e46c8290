/**
 * Questions about the models of runs, answered by the analysis worker: which code tables they need, when a
 * table is out of date, and progress on the way. Knows neither device nor runs beyond the tables they give.
 */
import { LabError } from '../../base/lab_error';
import { requireWanted, type Work } from '../../base/work';
import type { ActivationSource } from '../../data/source';
import { architectureOf, shapeOf } from '../../sae/config';
import { AnalysisClient, type AnalysisHooks } from '../explore/analysis_client';
import type { AnalysisAnswers, AnalysisKind, AnalysisQuestion } from '../explore/analysis_worker';
import { describeData, type Summarize } from '../explore/describe_data';
import type { MovedStanding, StandingModel } from '../explore/dry_moves';
import type { GroupAxes } from '../explore/group_card';
import { readRowsForMoves, type RowsForMoves } from '../explore/rows_for_moves';
import type { DataDescription } from '../protocol/data_protocol';
import type { DiagnoseAnswer, GroupCard, GroupsAnswer, MovesAnswer } from '../protocol/protocol';
import type { AboutGroup, AboutModel, AskOf } from '../protocol/requests';
import { analysisTable } from './analysis_table';
import type { CheckpointLooks } from './checkpoint_looks';
import type { LiveRun } from './live_run';

export class RunAnalyses {
  private readonly client = new AnalysisClient();
  private asked = 0;

  /** `run` gives the run of an id; it throws LabError `not_found`. */
  constructor(
    private readonly run: (runId: string) => LiveRun,
    private readonly checkpoints: CheckpointLooks,
  ) {}

  async groups(about: AskOf<'groups'>, work: Work): Promise<GroupsAnswer> {
    const key = this.currentTable(about);
    return this.ask<'groups'>(about, { kind: 'groups', key }, 'Reading the codes', work);
  }

  async diagnose(about: AboutModel, work: Work): Promise<DiagnoseAnswer> {
    const key = this.currentTable(about);
    return this.ask<'diagnose'>(about, { kind: 'diagnose', key }, 'Diagnosing', work);
  }

  async countMoves(about: AboutModel, work: Work): Promise<MovesAnswer> {
    const { step, standing, rows } = await this.standing(about, work);
    const question = { kind: 'count_moves', standing, rows } as const;
    const counts = await this.sendRows<'count_moves'>(question, 'Looking for moves', work);
    const { width } = standing.weights;
    return {
      model: about.model,
      step,
      counts,
      foundRows: rows.found.length / width,
      judgedRows: rows.judged.length / width,
      split: rows.split,
    };
  }

  /** A model after both moves, with what it was before. */
  async makeMoves(
    about: AboutModel,
    work: Work,
  ): Promise<{ readonly step: number; readonly standing: StandingModel } & MovedStanding> {
    const { models, settings } = this.run(about.runId);
    const config = models.modelConfig(about.model);
    const architecture = architectureOf(config);
    if (architecture.unitRows(config) || architecture.gate(config).score === 'energy') {
      throw new LabError(
        'bad_config',
        'What is moved keeps neither rows of norm 1 nor energies as scores, and this model goes by them.',
        'Choose a model whose groups compete by the norm of their codes, with rows of any length.',
      );
    }
    const { step, standing, rows } = await this.standing(about, work);
    const { seed } = settings.training;
    const question = { kind: 'make_moves', standing, rows, seed } as const;
    const moved = await this.sendRows<'make_moves'>(question, 'Moving', work);
    return { step, standing, ...moved };
  }

  async card(about: AskOf<'group_card'>, work: Work): Promise<GroupCard> {
    const { runId, model, group, checkpoint } = about;
    const { config, session, active } = this.run(runId);
    const rankOf = (index: number) => shapeOf(session.modelConfig(index)).rank;
    const others = [...config.models.keys()]
      .filter((index) => index !== model && rankOf(index) === 1 && rankOf(model) > 1)
      .map((index) => tableKey(runId, index, checkpoint));
    const key = tableKey(runId, model, checkpoint);
    if (checkpoint !== undefined) this.dropOtherCheckpoints(runId, checkpoint);
    const now = tableKey(runId, model);
    // Encoding the model as it is now takes time from training: its axes are taken where they are known.
    const isAtHand = !active || this.client.stepOf(now) !== undefined;
    const alignedTo = checkpoint !== undefined && isAtHand ? now : null;
    const question = { kind: 'card', key, group, others, alignedTo } as const;
    return this.ask<'card'>(about, question, 'Drawing the card', work);
  }

  /** Principal axes of a group's codes. */
  axes(about: AboutGroup, work: Work): Promise<GroupAxes> {
    const key = tableKey(about.runId, about.model);
    const question = { kind: 'axes', key, group: about.group } as const;
    return this.ask<'axes'>(about, question, 'Finding its axes', work);
  }

  /** Describes rows of data, which no run need have seen. */
  async describe(source: ActivationSource, work: Work): Promise<DataDescription> {
    const { onProgress } = work;
    onProgress?.(0, 'Reading rows');
    const summarize: Summarize = (x, rows, width) =>
      this.sendRows<'rows'>({ kind: 'rows', x, rows, width }, 'Measuring the spectrum', work);
    return describeData(source, summarize, work);
  }

  /** Drops the tables of a run, or only those of the checkpoint at `step`. */
  forget(runId: string, step?: number): void {
    this.client.drop((key) => key.startsWith(tableKey(runId, '', step)));
  }

  /** The name of a model's table; one of other weights is dropped, to be encoded anew. */
  private currentTable({ runId, model, checkpoint }: AskOf<'groups'>): string {
    const key = tableKey(runId, model, checkpoint);
    if (checkpoint !== undefined) this.dropOtherCheckpoints(runId, checkpoint);
    else if (this.client.stepOf(key) !== this.run(runId).step) this.client.drop((k) => k === key);
    return key;
  }

  /** One checkpoint is looked at at a time. */
  private dropOtherCheckpoints(runId: string, checkpoint: number): void {
    const own = tableKey(runId, '', checkpoint);
    this.client.drop((key) => checkpointOfKey(key) !== undefined && !key.startsWith(own));
  }

  /** Asks about the code tables of a run's models, which are made where the worker lacks them. */
  private ask<Kind extends AnalysisKind>(
    { runId }: AboutModel,
    question: AnalysisQuestion<Kind>,
    stage: string,
    work: Work,
  ): Promise<AnalysisAnswers[Kind]> {
    const { onProgress } = work;
    return this.send(question, work, {
      load: (key, signal) => {
        const [model, checkpoint] = [modelOfKey(key), checkpointOfKey(key)];
        const encoding: Work = {
          signal,
          onProgress: (fraction) => onProgress?.(fraction / 2, 'Encoding rows'),
        };
        if (checkpoint === undefined) return analysisTable(this.run(runId).models, model, encoding);
        return this.checkpoints.use({ runId, checkpoint }, { signal }, (look) =>
          analysisTable(look, model, encoding),
        );
      },
      onProgress: (fraction) => onProgress?.(0.5 + fraction / 2, stage),
    });
  }

  /** A model of groups as it is now, and rows to look for moves on. Throws LabError `bad_config` for a scalar one. */
  private async standing(
    { runId, model }: AboutModel,
    work: Work,
  ): Promise<{
    readonly step: number;
    readonly standing: StandingModel;
    readonly rows: RowsForMoves;
  }> {
    const { models } = this.run(runId);
    if (shapeOf(models.modelConfig(model)).rank === 1) {
      throw new LabError(
        'bad_config',
        'A model of single latents has no groups to move anything between.',
        'Choose a model of groups.',
      );
    }
    const steady = await models.steady(model);
    const { step, config, weights, lambda, inputScale } = steady;
    steady.destroy();
    const rows = await readRowsForMoves(models.source, config, work);
    return { step, standing: { config, weights, lambda, inputScale }, rows };
  }

  /** Asks about rows that come with the question. */
  private sendRows<Kind extends AnalysisKind>(
    question: AnalysisQuestion<Kind>,
    stage: string,
    work: Work,
  ): Promise<AnalysisAnswers[Kind]> {
    return this.send(question, work, {
      load: () => Promise.reject(new RangeError('rows need no table')),
      onProgress: (fraction) => work.onProgress?.(fraction, stage),
    });
  }

  private async send<Kind extends AnalysisKind>(
    question: AnalysisQuestion<Kind>,
    work: Work,
    hooks: AnalysisHooks,
  ): Promise<AnalysisAnswers[Kind]> {
    requireWanted(work);
    const id = this.asked++;
    const giveUp = () => this.client.cancel(id);
    work.signal?.addEventListener('abort', giveUp);
    try {
      return await this.client.ask(id, question, hooks);
    } finally {
      work.signal?.removeEventListener('abort', giveUp);
    }
  }
}

/**
 * Names the code table of one model of a run, as it is now or at a checkpoint; with '' in its place, what all of the
 * run's begin with.
 */
function tableKey(runId: string, model: number | '', checkpoint?: number): string {
  return checkpoint === undefined ? `${runId} ${model}` : `${runId} @${checkpoint} ${model}`;
}

function checkpointOfKey(key: string): number | undefined {
  const step = / @(\d+) \d+$/.exec(key)?.[1];
  return step === undefined ? undefined : Number(step);
}

function modelOfKey(key: string): number {
  return Number(key.slice(key.lastIndexOf(' ') + 1));
}
