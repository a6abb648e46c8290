/**
 * A run file, read: `run.json` of a run's folder and what a person writes. It may say its `version`; one that does not
 * is of version 1, the only one so far, and the lab leaves it out.
 */
import { parseRunConfig, type RunConfig } from '../run/run_config';
import { currentVersion, migrate, type KeptFormat } from './migrations';

const FORMAT: KeptFormat = {
  called: 'a run file',
  migrations: [],
  wayOut: 'Open it with the newer lab that wrote it.',
};

/**
 * The run that a run file describes; `label` is its name. Throws LabError `bad_file` for one of a newer version, and as
 * parseRunConfig.
 */
export function readRunFile(value: unknown, label: string): RunConfig {
  const current = migrate(value, FORMAT, label);
  if (typeof current !== 'object' || current === null || !('version' in current)) {
    return parseRunConfig(current);
  }
  const { version, ...run } = current;
  // A version that can be none is a setting that there is not.
  return parseRunConfig(version === currentVersion(FORMAT) ? run : current);
}
