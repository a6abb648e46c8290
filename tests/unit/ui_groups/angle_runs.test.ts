/** Words around a plane: one name a run, runs that cross angle 0 in one piece. */
import { describe, expect, it } from 'vitest';
import { angleRuns, nearestAngle } from '../../../src/ui/pages/groups/angle_runs';

/** Angles a quarter apart with their leading token and its gain. */
const angles = (leaders: readonly (readonly [token: number, logit: number] | null)[]) =>
  leaders.map((leader, i) => ({
    angle: (2 * Math.PI * i) / leaders.length,
    tokens: leader === null ? [] : [{ token: leader[0], text: ` t${leader[0]}`, logit: leader[1] }],
  }));

describe('runs of angles', () => {
  it('are named where their token gains most', () => {
    const runs = angleRuns(
      angles([
        [1, 2],
        [1, 5],
        [2, 3],
        [2, 1],
      ]),
    );
    expect(runs.map(({ token, count }) => [token.token, token.logit, count])).toEqual([
      [1, 5, 2],
      [2, 3, 2],
    ]);
    expect(runs[0]?.angle).toBeCloseTo(Math.PI / 2, 12);
  });

  it('go on over angle 0', () => {
    const runs = angleRuns(
      angles([
        [1, 4],
        [2, 3],
        [2, 1],
        [1, 5],
      ]),
    );
    expect(runs.map(({ token, count }) => [token.token, count])).toEqual([
      [1, 2],
      [2, 2],
    ]);
    expect(runs[0]?.angle).toBeCloseTo((3 * Math.PI) / 2, 12);
  });

  it('are one where one token leads everywhere, and none where none does', () => {
    expect(
      angleRuns(
        angles([
          [1, 1],
          [1, 2],
          [1, 3],
        ]),
      ),
    ).toHaveLength(1);
    expect(angleRuns(angles([null, null]))).toEqual([]);
    expect(angleRuns([])).toEqual([]);
  });

  it('are cut by an angle without tokens', () => {
    expect(angleRuns(angles([[1, 1], null, [1, 3], [2, 4]])).map(({ count }) => count)).toEqual([
      1, 1, 1,
    ]);
  });
});

describe('the nearest angle', () => {
  it('is found around the circle', () => {
    const four = angles([
      [1, 1],
      [1, 1],
      [1, 1],
      [1, 1],
    ]);
    expect(nearestAngle(four, -0.1)).toBe(0);
    expect(nearestAngle(four, Math.PI / 2 + 0.3)).toBe(1);
    expect(nearestAngle(four, -Math.PI / 2)).toBe(3);
    expect(nearestAngle([], 1)).toBeNull();
  });
});
