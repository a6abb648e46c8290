/**
 * Directions that belong together: coordinates are rotated until each is as sparse as it can be (quartimax), and
 * directions whose squares move together are joined. Two features in one block become two sets of directions; a
 * circle, whose squares exclude each other less than independent ones do, stays one. Knows no group.
 */
import { at } from '../../base/array';
import { rotateRows } from '../../base/linear_algebra';

/** A rotation ends when no angle of a sweep is as large as this, in radians. */
const LEAST_ANGLE = 1e-3;
const MAX_SWEEPS = 30;

/**
 * Rotates coordinates z [axes, points] in place to the rotation that makes Σ_i E z_i⁴ largest, pair by pair:
 * tan 4φ = 2Σuv / Σ(u² − v²), u = z_i² − z_j², v = 2 z_i z_j (Neuhaus & Wrigley 1954; Kaiser's angles without the
 * centring). Returns the rotation [axes, axes], row i the new axis i in the old ones. O(axes²·points) a sweep.
 */
export function quartimax(z: Float64Array, axes: number, points: number): Float64Array {
  const rotation = new Float64Array(axes * axes);
  for (let i = 0; i < axes; i++) rotation[i * axes + i] = 1;
  for (let sweep = 0; sweep < MAX_SWEEPS; sweep++) {
    let most = 0;
    for (let i = 0; i < axes; i++) {
      for (let j = i + 1; j < axes; j++) {
        const angle = pairAngle(z, i * points, j * points, points);
        most = Math.max(most, Math.abs(angle));
        if (angle === 0) continue;
        const cosine = Math.cos(angle);
        const sine = -Math.sin(angle);
        rotateRows(z, points, i, j, cosine, sine);
        rotateRows(rotation, axes, i, j, cosine, sine);
      }
    }
    if (most < LEAST_ANGLE) break;
  }
  return rotation;
}

/** The angle φ by which the coordinates from `i` and `j` turn. */
function pairAngle(z: Float64Array, i: number, j: number, points: number): number {
  let product = 0;
  let difference = 0;
  for (let n = 0; n < points; n++) {
    const x = z[i + n] ?? 0;
    const y = z[j + n] ?? 0;
    const u = x * x - y * y;
    const v = 2 * x * y;
    product += u * v;
    difference += u * u - v * v;
  }
  return Math.atan2(2 * product, difference) / 4;
}

/** E[z_i² z_j²] of coordinates z [axes, points], [axes, axes]. */
export function squareProducts(z: Float64Array, axes: number, points: number): Float64Array {
  const moments = new Float64Array(axes * axes);
  for (let i = 0; i < axes; i++) {
    for (let j = i; j < axes; j++) {
      let sum = 0;
      for (let n = 0; n < points; n++) {
        const x = z[i * points + n] ?? 0;
        const y = z[j * points + n] ?? 0;
        sum += x * x * (y * y);
      }
      moments[i * axes + j] = sum / points;
      moments[j * axes + i] = sum / points;
    }
  }
  return moments;
}

/** E z_i² of coordinates z [axes, points], [axes]. */
export function squareMeans(z: Float64Array, axes: number, points: number): Float64Array {
  return Float64Array.from({ length: axes }, (_, i) => {
    let sum = 0;
    for (let n = 0; n < points; n++) sum += (z[i * points + n] ?? 0) ** 2;
    return sum / points;
  });
}

/** Directions that belong together. */
export interface Component {
  /** Indices of its directions, ascending. */
  readonly axes: readonly number[];
  /** Share of Σz² of all components, 0 to 1. */
  readonly energy: number;
}

/** Connected components of directions under `joined`, by falling energy; ties go to the lowest index. */
export function componentsOf(
  energies: Float64Array,
  joined: (i: number, j: number) => boolean,
): Component[] {
  const seen = new Set<number>();
  const components: Component[] = [];
  const total = energies.reduce((sum, energy) => sum + energy, 0);
  for (let first = 0; first < energies.length; first++) {
    if (seen.has(first)) continue;
    seen.add(first);
    const axes = [first];
    // `axes` grows while it is walked.
    for (const axis of axes) {
      for (let other = 0; other < energies.length; other++) {
        if (seen.has(other) || !joined(axis, other)) continue;
        seen.add(other);
        axes.push(other);
      }
    }
    axes.sort((a, b) => a - b);
    const energy = axes.reduce((sum, axis) => sum + at(energies, axis), 0);
    components.push({ axes, energy: energy / total });
  }
  return components.sort((a, b) => b.energy - a.energy);
}
