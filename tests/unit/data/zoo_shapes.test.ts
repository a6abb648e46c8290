/**
 * The shapes of synthetic features: every one has mean square norm 1 and lies where its name says; the
 * moments of large samples are held against their exact values within five standard errors.
 */
import { describe, expect, it } from 'vitest';
import { at } from '../../../src/base/array';
import { RandomDraws } from '../../../src/base/random';
import {
  drawShape,
  isCentred,
  shapeDimension,
  shapeKinds,
  SWISS_ROLL_TURNS,
  type ShapeKind,
} from '../../../src/data/zoo_shapes';

const SAMPLES = 5000;

/** Points of a shape, one array each. */
function sample(kind: ShapeKind, parameter: number): Float64Array[] {
  const dimension = shapeDimension(kind, parameter);
  return Array.from({ length: SAMPLES }, (_, row) => {
    const point = new Float64Array(16);
    drawShape(kind, parameter, new RandomDraws(3, 100, 0, row), 0, point);
    return point.slice(0, dimension);
  });
}

/** Mean of a function of the points, with its standard error. */
function estimate(points: readonly Float64Array[], of: (point: Float64Array) => number) {
  const values = points.map(of);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { mean, error: Math.sqrt(variance / values.length) };
}

/** The largest value of a function of the points. */
function worst(points: readonly Float64Array[], of: (point: Float64Array) => number): number {
  return points.reduce((largest, point) => Math.max(largest, of(point)), -Infinity);
}

/** Rounding of a few operations on numbers near 1. */
const ROUNDING = 1e-12;

function norm(point: Float64Array): number {
  return Math.hypot(...point);
}

const parameters: Partial<Record<ShapeKind, readonly number[]>> = {
  helix: [1, 2, 5],
  swiss_roll: [SWISS_ROLL_TURNS],
  simplex: [2, 3, 8, 17],
  gaussian: [1, 4, 16],
};
const cases = shapeKinds.flatMap((kind) =>
  (parameters[kind] ?? [0]).map((parameter) => ({ kind, parameter })),
);

describe.each(cases)('a $kind (parameter $parameter)', ({ kind, parameter }) => {
  const points = sample(kind, parameter);
  const dimension = shapeDimension(kind, parameter);

  it('has mean square norm 1', () => {
    const { mean, error } = estimate(points, (point) => norm(point) ** 2);
    expect(Math.abs(mean - 1)).toBeLessThanOrEqual(5 * error + 1e-12);
  });

  it('has mean zero, or is the line with mean 1', () => {
    for (let k = 0; k < dimension; k += 1) {
      const { mean, error } = estimate(points, (point) => at(point, k));
      const expected = isCentred(kind) ? 0 : 1;
      expect(Math.abs(mean - expected)).toBeLessThanOrEqual(5 * error);
    }
  });

  it('uses every one of its dimensions', () => {
    for (let k = 0; k < dimension; k += 1) {
      expect(estimate(points, (point) => at(point, k) ** 2).mean).toBeGreaterThan(0.05 / dimension);
    }
  });
});

describe('what the names say', () => {
  it('a circle, a sphere, a signed line and a simplex lie on the unit sphere', () => {
    for (const kind of ['circle', 'sphere', 'signed_line', 'simplex'] as const) {
      expect(worst(sample(kind, 5), (point) => Math.abs(norm(point) - 1))).toBeLessThan(ROUNDING);
    }
  });

  it('a sphere is uniform: every coordinate is uniform on [−1, 1] (fourth moment 1/5)', () => {
    const points = sample('sphere', 0);
    for (let k = 0; k < 3; k += 1) {
      const { mean, error } = estimate(points, (point) => at(point, k) ** 4);
      expect(Math.abs(mean - 1 / 5)).toBeLessThan(5 * error);
    }
  });

  it('a disk is uniform: half of the points lie within 1/√2 of its radius √2', () => {
    const { mean, error } = estimate(sample('disk', 0), (point) => (norm(point) < 1 ? 1 : 0));
    expect(Math.abs(mean - 0.5)).toBeLessThan(5 * error);
  });

  it('a torus keeps its distance from its ring', () => {
    const ring = 1 / Math.sqrt(1.36);
    const offTube = worst(sample('torus', 0), ([x = 0, y = 0, z = 0]) =>
      Math.abs(Math.hypot(Math.hypot(x, y) - ring, z) - 0.6 * ring),
    );
    expect(offTube).toBeLessThan(ROUNDING);
  });

  it('a helix winds around as often as it says while it rises once', () => {
    for (const turns of [1, 2, 5]) {
      const offCurve = worst(sample('helix', turns), ([x = 0, y = 0, z = 0]) => {
        const angle = Math.PI * turns * (z + 1);
        return Math.hypot(
          x - Math.sqrt(2 / 3) * Math.cos(angle),
          y - Math.sqrt(2 / 3) * Math.sin(angle),
        );
      });
      expect(offCurve).toBeLessThan(ROUNDING);
    }
  });

  it('a swiss roll grows from one radius to three times it, over two turns', () => {
    const points = sample('swiss_roll', SWISS_ROLL_TURNS);
    const scale = 1 / Math.sqrt(1.5 * ((52 * Math.PI ** 2) / 3 - 1));
    const radius = ([x = 0, y = 0]: Float64Array) => Math.hypot(x, y - scale) / scale;
    expect(worst(points, (point) => -radius(point))).toBeLessThan(-2 * Math.PI + 100 * ROUNDING);
    expect(worst(points, radius)).toBeLessThan(6 * Math.PI);
    // The radius is the angle.
    const offCurve = worst(points, (point) =>
      Math.abs(scale * radius(point) * Math.cos(radius(point)) - at(point, 0)),
    );
    expect(offCurve).toBeLessThan(100 * ROUNDING);
  });

  it('a Möbius strip turns over once: across it, radius and height change in the ratio of φ/2', () => {
    const scale = 1 / Math.sqrt(1 + 0.81 / 3);
    const points = sample('mobius', 0);
    const across = ([x = 0, y = 0, z = 0]: Float64Array) => {
      const halfAngle = Math.atan2(y, x) / 2;
      return { halfAngle, outward: Math.hypot(x, y) / scale - 1, up: z / scale };
    };
    const offStrip = worst(points, (point) => {
      const { halfAngle, outward, up } = across(point);
      return Math.abs(outward * Math.sin(halfAngle) - up * Math.cos(halfAngle));
    });
    const width = worst(points, (point) => Math.hypot(across(point).outward, across(point).up));
    expect(offStrip).toBeLessThan(100 * ROUNDING);
    expect(width).toBeLessThan(0.9 + ROUNDING);
    expect(width).toBeGreaterThan(0.89);
  });

  it('a simplex has its vertices at equal distances, each equally often', () => {
    const clusters = 5;
    const counts = new Map<string, number>();
    const vertices: Float64Array[] = [];
    for (const point of sample('simplex', clusters)) {
      const key = point.map((value) => Math.round(value * 1e9)).join();
      if (!counts.has(key)) vertices.push(point);
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    expect(vertices).toHaveLength(clusters);
    for (const a of vertices) {
      for (const b of vertices) {
        const dot = a.reduce((sum, value, k) => sum + value * at(b, k), 0);
        expect(dot).toBeCloseTo(a === b ? 1 : -1 / (clusters - 1), 12);
      }
    }
    const expected = SAMPLES / clusters;
    for (const count of counts.values()) {
      expect(Math.abs(count - expected)).toBeLessThan(5 * Math.sqrt(expected));
    }
  });

  it('a Gaussian has equal, uncorrelated dimensions', () => {
    const points = sample('gaussian', 4);
    for (let a = 0; a < 4; a += 1) {
      for (let b = 0; b <= a; b += 1) {
        const { mean, error } = estimate(points, (point) => at(point, a) * at(point, b));
        expect(Math.abs(mean - (a === b ? 1 / 4 : 0))).toBeLessThan(5 * error);
      }
    }
  });

  it('a signed line goes both ways, a line one way', () => {
    const { mean, error } = estimate(sample('signed_line', 0), (point) => at(point, 0));
    expect(Math.abs(mean)).toBeLessThan(5 * error);
    expect(worst(sample('line', 0), ([x = 0]) => Math.abs(x - 1))).toBe(0);
  });
});
