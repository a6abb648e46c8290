/**
 * What the filter box of the Runs page says about a run: `ev > .9 data:words sasa #week starred`. Plain words are looked for
 * in its name, data, models, tags, note and state. A comparison holds where it holds for one of the run's models.
 */
import { passes, type FilterExpression, type FilterLanguage } from '../../parts/filter_language';
import { readFilter, type FilterResult } from '../../parts/filter_parser';
import type { FilterHelp } from '../../parts/FilterBox';
import type { ModelFacts, RunFacts } from './run_facts';

const numericFields = [
  'ev',
  'loss',
  'l0',
  'pruned_l0',
  'units',
  'bits',
  'dead',
  'lambda',
  'lr',
  'batch',
  'seed',
  'samples',
  'steps',
  'seconds',
  'mib',
  'models',
] as const;
const flagFields = ['starred', 'changed', 'kept'] as const;
const textFields = ['name', 'data', 'model', 'tag', 'note', 'status'] as const;

type NumericField = (typeof numericFields)[number];
type FlagField = (typeof flagFields)[number];
type TextField = (typeof textFields)[number];
export type RunFilter = FilterExpression<NumericField, FlagField, TextField>;

const language: FilterLanguage<NumericField, FlagField, TextField> = {
  numbers: numericFields,
  shares: ['ev'],
  flags: flagFields,
  texts: textFields,
  byNumber: null,
};

/** Reads a filter of runs. Never throws. */
export function parseRunFilter(text: string): FilterResult<NumericField, FlagField, TextField> {
  return readFilter(text, language);
}

export const runFilterHelp: FilterHelp = {
  examples: [
    ['words sasa', 'both stand in name, data, models, tags, note or state'],
    ['ev > .9 and bits < 60', 'held-out results of one of its models'],
    ['lr = 2e-3 samples >= 1M', 'settings'],
    ['data:words name:"run 3"', 'in one field'],
    ['#week, starred', 'what you marked'],
    ['changed or failed', 'settings changed while it ran, or failed'],
    ['not finished', 'and, or, not, ( )'],
  ],
  fields: `${numericFields.join(', ')}; ${textFields.map((field) => `${field}:`).join(', ')}; ${flagFields.join(', ')}`,
};

const ofModels: Partial<Record<NumericField, (model: ModelFacts) => number | null>> = {
  ev: ({ heldOut }) => heldOut?.explained_variance ?? null,
  loss: ({ heldOut }) => heldOut?.mse ?? null,
  l0: ({ heldOut }) => heldOut?.l0 ?? null,
  pruned_l0: ({ heldOut }) => heldOut?.pruned_l0 ?? null,
  units: ({ heldOut }) => heldOut?.groups_per_token ?? null,
  bits: ({ heldOut }) => heldOut?.bits_per_token ?? null,
  dead: ({ heldOut }) => heldOut?.dead_groups ?? null,
  lambda: ({ lambda }) => lambda?.value ?? null,
};

function numbersOf(facts: RunFacts, field: NumericField): readonly (number | null)[] {
  const ofModel = ofModels[field];
  if (ofModel !== undefined) return facts.models.map(ofModel);
  const { run, samples, steps, seed, models } = facts;
  const { training } = run.settings;
  switch (field) {
    case 'lr':
      return [training.lr];
    case 'batch':
      return [training.train_batch_size_samples];
    case 'seed':
      return [seed];
    case 'samples':
      return [samples];
    case 'steps':
      return [steps];
    case 'seconds':
      return [run.seconds];
    case 'mib':
      return [run.kept === null ? null : run.kept.bytes / 2 ** 20];
    case 'models':
      return [models.length];
    default:
      return [];
  }
}

function textsOf(facts: RunFacts, field: TextField): readonly string[] {
  const { run, data, status } = facts;
  switch (field) {
    case 'name':
      return [run.name];
    case 'data':
      return [data, run.settings.data.kind];
    case 'model':
      return run.models.flatMap(({ name, architecture }) => [name, architecture]);
    case 'tag':
      return run.about.tags;
    case 'note':
      return [run.about.note];
    case 'status':
      return [status];
  }
}

/** Whether a run passes. A comparison with a number that is not known fails, even with `!=`. */
export function acceptsRun(expression: RunFilter, facts: RunFacts): boolean {
  const { run } = facts;
  const all = () => textFields.flatMap((field) => textsOf(facts, field)).map(lower);
  switch (expression.kind) {
    case 'all':
      return true;
    case 'compare':
      return numbersOf(facts, expression.field).some(
        (value) => value !== null && passes(value, expression),
      );
    case 'flag': {
      const holds: Record<FlagField, boolean> = {
        starred: run.about.starred,
        changed: facts.changed.length > 0,
        kept: run.kept !== null,
      };
      return holds[expression.field] === expression.value;
    }
    case 'contains':
      return all().some((text) => text.includes(expression.text));
    case 'exact':
      return all().includes(expression.text);
    case 'tag':
      return run.about.tags.includes(expression.text);
    case 'text':
      return textsOf(facts, expression.field).some((text) => lower(text).includes(expression.text));
    case 'not':
      return !acceptsRun(expression.term, facts);
    case 'and':
      return acceptsRun(expression.left, facts) && acceptsRun(expression.right, facts);
    case 'or':
      return acceptsRun(expression.left, facts) || acceptsRun(expression.right, facts);
  }
}

const lower = (text: string) => text.toLowerCase();
