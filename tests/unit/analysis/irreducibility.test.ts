import { describe, expect, test } from 'vitest';
import { cloudIrreducibility, planeReducibility } from '../../../src/analysis/irreducibility';
import { at } from '../../../src/base/array';
import { chance } from './worlds';

type Points = readonly (readonly [number, number])[];

function judge(points: Points) {
  return planeReducibility(
    Float64Array.from(points, ([x]) => x),
    Float64Array.from(points, ([, y]) => y),
  );
}

function circle(count: number): Points {
  return Array.from({ length: count }, (_, i) => {
    const angle = (2 * Math.PI * i) / count;
    return [Math.cos(angle), Math.sin(angle)] as const;
  });
}

function turned(points: Points, angle: number): Points {
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  return points.map(([x, y]) => [c * x - s * y, s * x + c * y] as const);
}

/** Points that are one of two signed lines at right angles, never both. */
function cross(count: number): Points {
  const { uniform } = chance(2);
  return Array.from({ length: count }, (_, i) => {
    const strength = 2 * uniform() - 1;
    return i % 2 === 0 ? ([strength, 0] as const) : ([0, strength] as const);
  });
}

function gaussianCloud(count: number, yScale = 1): Points {
  const { normal } = chance(3);
  return Array.from({ length: count }, () => [normal(), yScale * normal()] as const);
}

describe('ε-mixture', () => {
  test('of a circle is the best strip: ε·rms wide, found at its rim or its middle', () => {
    // A strip at signed distance t from the centre has half-width w = 0.1·√(1/2 + t²) and holds the
    // share (acos(t − w) − acos(t + w)) / π of the circle. Take the largest over a fine grid of t.
    let best = 0;
    for (let t = 0; t < 1.2; t += 1e-4) {
      const w = 0.1 * Math.sqrt(0.5 + t * t);
      const edge = (value: number) => Math.acos(Math.max(-1, Math.min(1, value)));
      best = Math.max(best, (edge(t - w) - edge(t + w)) / Math.PI);
    }
    // 2000 even points: a strip's count is right to 4 points.
    expect(judge(circle(2000)).mixture).toBeCloseTo(best, 2);
    expect(Math.abs(judge(circle(2000)).mixture - best)).toBeLessThan(4 / 2000);
  });

  test('of a cross is at least a half: one of its lines lies in a strip', () => {
    expect(judge(cross(600)).mixture).toBeGreaterThanOrEqual(0.5);
  });

  test('of a Gaussian is near the strip through its centre, P(|z| < 0.1) = 0.0797', () => {
    // The best of many strips over 4000 points exceeds the expectation by a few standard errors of 0.4 %.
    const { mixture } = judge(gaussianCloud(4000));
    expect(mixture).toBeGreaterThan(0.0797);
    expect(mixture).toBeLessThan(0.0797 + 5 * 0.0043);
  });

  test('finds an off-centre line that holds 70 % of the points at an odd angle', () => {
    const { uniform, normal } = chance(9);
    const points = Array.from({ length: 1000 }, (_, i) =>
      i % 10 < 7 ? ([4 * uniform() - 2, 0.6] as const) : ([normal(), normal() - 2] as const),
    );
    // rms of v·f + c about the line: the other 30 % lie some 2.8 away, so the strip is 0.15 wide.
    expect(judge(turned(points, 0.7321)).mixture).toBeGreaterThanOrEqual(0.7);
    expect(judge(turned(points, 0.7321)).mixture).toBeLessThan(0.75);
  });

  test('follows a thin line between the angles of its grid', () => {
    // 70 % of the points lie exactly on a line at an odd angle. A strip of ε = 0.01 is at most 0.02 to either
    // side; half a grid step (1.9°) off, a line of length 4 leaves it over most of its length.
    const { uniform, normal } = chance(9);
    const points = Array.from({ length: 1000 }, (_, i) =>
      i % 10 < 7 ? ([4 * uniform() - 2, 0] as const) : ([normal(), normal()] as const),
    );
    const off = turned(points, (5.5 * Math.PI) / 48);
    const { mixture } = planeReducibility(
      Float64Array.from(off, ([x]) => x),
      Float64Array.from(off, ([, y]) => y),
      { epsilon: 0.01 },
    );
    expect(mixture).toBeGreaterThanOrEqual(0.7);
  });

  test('counts coinciding points once each: two heaps of 3 and 7 are one line', () => {
    const heaps = Array.from({ length: 10 }, (_, i) =>
      i < 3 ? ([0, 0] as const) : ([1, 2] as const),
    );
    expect(judge(heaps)).toMatchObject({ mixture: 1, separability: 0, score: 0 });
  });
});

describe('separability', () => {
  test('of independent coordinates is no more than its finite-sample bias', () => {
    const { uniform } = chance(5);
    const square = Array.from({ length: 4000 }, () => [uniform(), uniform()] as const);
    const { separability, biasBits } = judge(square);
    // 81 degrees of freedom: 81 / (2·4000·ln 2) bits; the minimum over rotations lies at or below it.
    expect(biasBits).toBeCloseTo(81 / (8000 * Math.LN2), 3);
    expect(separability).toBeLessThan(1.3 * biasBits);
    expect(judge(turned(square, 0.4)).separability).toBeLessThan(0.05);
  });

  test('of a circle is large in every rotation', () => {
    expect(judge(circle(2000)).separability).toBeGreaterThan(1);
  });

  test('of a four-point lattice is exactly 0 on its axes: a product distribution', () => {
    const lattice = ([-1, 1] as const).flatMap((x) =>
      ([-1, 1] as const).flatMap((y) => Array.from({ length: 25 }, () => [x, y] as const)),
    );
    expect(judge(lattice).separability).toBe(0);
  });

  test('of the diagonal heaps (−1, −1), (1, 1) with some noise is small: turned, one axis is noise', () => {
    const { normal } = chance(8);
    const heaps = Array.from({ length: 2000 }, (_, i) => {
      const sign = i % 2 === 0 ? 1 : -1;
      return [sign + 0.05 * normal(), sign + 0.05 * normal()] as const;
    });
    const { separability, biasBits, separableAngle } = judge(heaps);
    expect(separability).toBeLessThan(2 * biasBits + 0.005);
    expect(separableAngle).toBeCloseTo(Math.PI / 4, 1);
  });
});

describe('irreducibility', () => {
  test('is (1 − mixture)·separability', () => {
    const { score, mixture, separability } = judge(cross(600));
    expect(score).toBeCloseTo((1 - mixture) * separability, 14);
    expect(score).toBeGreaterThan(0);
  });

  test('ranks a circle above a Gaussian above a cross', () => {
    const scores = [circle(1500), gaussianCloud(1500), cross(1500)].map((p) => judge(p).score);
    expect(at(scores, 0)).toBeGreaterThan(5 * at(scores, 1));
    expect(at(scores, 0)).toBeGreaterThan(2 * at(scores, 2));
  });

  test('does not see position, size or (nearly) rotation', () => {
    const base = judge(cross(400));
    const moved = judge(cross(400).map(([x, y]) => [1e3 * x + 5e4, 1e3 * y - 2e4] as const));
    expect(moved.mixture).toBeCloseTo(base.mixture, 12);
    expect(moved.separability).toBeCloseTo(base.separability, 12);
    const round = judge(circle(1500));
    const aside = judge(turned(circle(1500), 0.123));
    // The angular grids cut a turned cloud elsewhere: some points in 1500 change sides.
    expect(Math.abs(aside.score - round.score)).toBeLessThan(0.05 * round.score);
  });

  test('of one, two and three points, and of a line, is finite', () => {
    for (const points of [
      [[1, 1]],
      [
        [0, 0],
        [1, 1],
      ],
      [
        [0, 0],
        [1, 0],
        [0, 1],
      ],
      Array.from({ length: 50 }, (_, i) => [i, 2 * i] as const),
    ] as Points[]) {
      const result = judge(points);
      expect(Object.values(result).every(Number.isFinite)).toBe(true);
      expect(result.mixture).toBeLessThanOrEqual(1);
    }
  });

  test('of a cloud is the mean over the planes of consecutive axes', () => {
    const { normal } = chance(6);
    const flat = circle(300);
    const cloud = Float64Array.from(flat.flatMap(([x, y]) => [x, y, normal()]));
    const { planes, score } = cloudIrreducibility(cloud, 3, 3);
    const second = planeReducibility(
      Float64Array.from({ length: 300 }, (_, i) => at(cloud, 3 * i + 1)),
      Float64Array.from({ length: 300 }, (_, i) => at(cloud, 3 * i + 2)),
    );
    expect(planes.length).toBe(2);
    expect(planes[0]).toEqual(judge(flat));
    expect(planes[1]).toEqual(second);
    expect(score).toBeCloseTo((judge(flat).score + second.score) / 2, 14);
    expect(cloudIrreducibility(cloud, 3, 1).planes.length).toBe(1);
  });
});
