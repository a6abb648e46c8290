/** The runs that the table lists, and the facts of one: what follows the stores, and no more often than it changes. */
import { useMemo } from 'react';
import { useShallow } from 'zustand/react/shallow';
import { modelKey, questionOf, useQuestions } from '../../../state/questions';
import { useRuns } from '../../../state/runs_store';
import { inForce } from '../../parts/filter_parser';
import type { FilterProblem } from '../../parts/filter_tokens';
import { factsOf, type RunFacts } from './run_facts';
import { parseRunFilter } from './run_filter';
import { listRuns } from './run_list';
import { useRunsView } from './runs_view';

export interface RunList {
  /** Ids in the order of the table; the same list while it says the same. */
  readonly shown: readonly string[];
  readonly total: number;
  readonly problem: FilterProblem | null;
}

/** The runs as they are filtered and sorted; while a filter cannot be read, its readable beginning is in force. */
export function useRunList(): RunList {
  const { filter, order } = useRunsView(
    useShallow((view) => ({ filter: view.filter, order: view.order })),
  );
  const parsed = useMemo(() => parseRunFilter(filter), [filter]);
  const expression = useMemo(() => inForce(parsed), [parsed]);
  const evaluations = useQuestions(({ evaluate }) => evaluate);
  const shown = useRuns(
    useShallow((state) => listRuns(state.runs, state.order, evaluations, expression, order)),
  );
  const total = useRuns((state) => state.order.length);
  return { shown, total, problem: parsed.ok ? null : parsed.problem };
}

/** The facts of one run; the same object while nothing changed. Undefined for a run that is gone. */
export function useRunFacts(id: string): RunFacts | undefined {
  const run = useRuns(({ runs }) => runs[id]);
  const count = run?.models.length ?? 0;
  // What follows here changes with the answers of this run alone.
  useQuestions(
    useShallow((state) =>
      Array.from(
        { length: count },
        (_, model) => questionOf(state, 'evaluate', modelKey(id, model)).answer,
      ),
    ),
  );
  return run === undefined ? undefined : factsOf(run, useQuestions.getState().evaluate);
}

/** The facts of several runs; those that are gone are left out. */
export function useFactsOf(ids: ReadonlySet<string>): readonly RunFacts[] {
  const runs = useRuns(
    useShallow((state) =>
      state.order.filter((id) => ids.has(id)).flatMap((id) => state.runs[id] ?? []),
    ),
  );
  const evaluations = useQuestions(({ evaluate }) => evaluate);
  return useMemo(() => runs.map((run) => factsOf(run, evaluations)), [runs, evaluations]);
}
