/**
 * Metrics that have no value for some data, such as the explained variance of rows that are all the same: null in
 * a report, never NaN and never a number that looks like a result, and beside it the reason in words.
 */

export interface NotDefined {
  /** By the name of each metric that is null: why it has no value. Absent when all have one. */
  readonly not_defined?: Readonly<Record<string, string>>;
}

/** The reasons of those metrics that are null. */
export function notDefined<Name extends string>(
  metrics: Readonly<Record<Name, number | null>>,
  reasons: Readonly<Record<NoInfer<Name>, string>>,
): NotDefined {
  const names = Object.keys(metrics) as Name[];
  const missing = names.filter((name) => metrics[name] === null);
  if (missing.length === 0) return {};
  return { not_defined: Object.fromEntries(missing.map((name) => [name, reasons[name]])) };
}
