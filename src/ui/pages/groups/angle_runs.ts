/**
 * The words around the plane of a group, told once each: neighbouring angles at which the same token gains
 * most are one run, named where it gains most of all. Pure.
 */
import { at } from '../../../base/array';
import type { LogitAttribution, TokenScore } from '../../../lab/protocol/lm_protocol';

type Angle = LogitAttribution['angles'][number];

/** Neighbouring angles with the same leading token. */
export interface AngleRun {
  readonly token: TokenScore;
  /** Where it gains most, radians. */
  readonly angle: number;
  /** Angles in the run. */
  readonly count: number;
}

/** Runs around the circle, the strongest first. Angles without tokens belong to none. */
export function angleRuns(angles: readonly Angle[]): readonly AngleRun[] {
  const leaders = angles.map(({ tokens }) => tokens[0]);
  const isSame = (a: number, b: number) => leaders[a]?.token === leaders[b]?.token;
  const count = angles.length;
  // Begin where a run begins, so that none is cut at angle 0.
  const start = Math.max(
    0,
    angles.findIndex((_, i) => !isSame(i, (i + count - 1) % count)),
  );
  const runs: AngleRun[] = [];
  let open: { token: TokenScore; angle: number; count: number } | null = null;
  for (let step = 0; step < count; step++) {
    const place = (start + step) % count;
    const leader = leaders[place];
    if (leader === undefined) {
      open = null;
      continue;
    }
    const { angle } = at(angles, place);
    if (open !== null && open.token.token === leader.token) {
      open.count += 1;
      if (leader.logit > open.token.logit) Object.assign(open, { token: leader, angle });
    } else {
      open = { token: leader, angle, count: 1 };
      runs.push(open);
    }
  }
  return runs.sort((a, b) => b.token.logit - a.token.logit);
}

/** The measured angle nearest to a direction, as an index; null when there are none. */
export function nearestAngle(angles: readonly Angle[], direction: number): number | null {
  let best: number | null = null;
  let most = -Infinity;
  angles.forEach(({ angle }, index) => {
    const closeness = Math.cos(angle - direction);
    if (closeness > most) [best, most] = [index, closeness];
  });
  return best;
}
