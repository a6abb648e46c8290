/** The largest error among many, with its place, so that a failing comparison says where it failed. */
export interface Worst {
  /** Error as a share of its bound: at most 1 where the comparison holds. */
  readonly ratio: number;
  readonly place: string;
}

/** The worse of two; a ratio that is not a number is the worst of all. */
export function worse(a: Worst, b: Worst): Worst {
  if (Number.isNaN(a.ratio)) return a;
  return b.ratio <= a.ratio ? a : b;
}
