/** All experiments, by the names that `main.ts` and the records have for them. */
import type { Experiment } from './experiment';
import {
  presetsExperiment,
  storiesExperiment,
  storiesRates,
  wordsExperiment,
  wordsRates,
} from './text';
import { zoo, zooIndependent } from './zoo';

export const experiments = {
  zoo,
  zoo_independent: zooIndependent,
  words: wordsExperiment,
  stories: storiesExperiment,
  words_lr: wordsRates,
  stories_lr: storiesRates,
  presets: presetsExperiment,
} as const satisfies Readonly<Record<string, Experiment>>;

export type ExperimentName = keyof typeof experiments;

export const isExperiment = (name: string): name is ExperimentName =>
  Object.hasOwn(experiments, name);
