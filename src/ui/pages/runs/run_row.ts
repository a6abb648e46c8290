/** What the table of runs says of a run, as text. */
import type { SettingChange } from '../../../lab/run/live_settings';
import { canResume } from '../../../state/kept_runs';
import type { Run, RunModel } from '../../../state/run_record';
import { changedName } from '../../parts/setting_names';
import { formatDuration, formatExact, formatInteger, formatNumber } from '../../plots/format';

/** "training", "finished" …, as a word for people. */
export function statusWord(run: Run): string {
  if (run.origin === 'recorded') return 'recorded';
  if (run.opened && run.step === 0 && run.status === 'paused') return 'opened';
  if (run.kept?.elsewhere === true) return 'training in another tab';
  if (run.status === 'stopped') return `stopped at step ${formatInteger(run.step)}`;
  return run.status === 'running' ? 'training' : run.status;
}

/**
 * "λ of SASA: 0.003 → 0.3 after step 40"; for a relative λ with what it then is. Null for a step that nobody knows before
 * the run is read.
 */
export function changeText(
  {
    step,
    model,
    setting,
    from,
    to,
    lambda,
  }: Omit<SettingChange, 'step'> & { readonly step: number | null },
  models: readonly Pick<RunModel, 'name'>[],
): string {
  const whose = model === null ? '' : ` of ${models[model]?.name ?? `model ${model + 1}`}`;
  const was = from === null ? 'not set' : formatExact(from);
  const then = lambda === null || lambda === to ? '' : `, λ = ${formatNumber(lambda)}`;
  const when = step === null ? '' : ` after step ${formatInteger(step)}`;
  return `${changedName(setting)}${whose}: ${was} → ${formatExact(to)}${when}${then}`;
}

/** A setting that was changed, in a word of a narrow column: "λ", "s", "lr". */
export function changeWord(setting: string): string {
  const name = changedName(setting);
  return name.length > 8 ? setting : name;
}

/** Lines of its row: one a model; Resume stands below the state, and what it needs below that. */
export function linesOf(run: Run): number {
  const resuming = run.kept?.data == null ? 2 : 3;
  return Math.max(run.models.length, canResume(run) ? resuming : 1);
}

/** Time of training: "3.2 s"; a dash before the first step. */
export function durationText(run: Run): string {
  return run.seconds === 0 ? '–' : formatDuration(run.seconds);
}

/** Time of day the run was started, the day when it was another one, the date when it was another year. */
export function startText(run: Pick<Run, 'createdAt'>, now: Date): string {
  const start = new Date(run.createdAt);
  // As ISO writes it, of this place's day.
  const date = start.toLocaleDateString('sv-SE');
  if (date === now.toLocaleDateString('sv-SE')) {
    return start.toLocaleTimeString('sv-SE', { hour: '2-digit', minute: '2-digit' });
  }
  if (start.getFullYear() !== now.getFullYear()) return date;
  return start.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' });
}
