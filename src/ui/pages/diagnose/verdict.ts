/**
 * The sentence on top of the Diagnose page: what the diagnoses of a run's models say, in plain words,
 * one clause group a model. With known features it says how many are held in one unit, lost, packed
 * together, and where splitting is worst; without, what the ranks and the near-duplicates say. It only
 * reads numbers that the page shows below, and claims nothing that they do not carry.
 */
import type { Diagnosis, FeatureSpread } from '../../../analysis/report_types';
import { at } from '../../../base/array';

/** One model as the verdict sees it. */
export interface Judged {
  readonly name: string;
  readonly unitName: 'group' | 'latent';
  readonly diagnosis: Diagnosis;
}

/** What the sentence says of one model, and whether that is what the method promises. */
export interface ModelVerdict {
  readonly name: string;
  readonly text: string;
  /** `good`: every feature is held in one unit; `mixed`: some; `none`: nothing to judge by. */
  readonly tone: 'good' | 'mixed' | 'none';
}

/** A feature that the model rebuilds well enough for its units to be counted. */
type Rebuilt = FeatureSpread & { readonly units90: number };

/** Kinds that a person calls a shape. */
const shapes = new Set(['circle', 'disk', 'sphere', 'torus', 'helix', 'swiss_roll', 'mobius']);

/** One verdict per model, in order. */
export function verdicts(models: readonly Judged[]): readonly ModelVerdict[] {
  return models.map((model) => {
    const { diagnosis } = model;
    if (diagnosis.activity.liveGroups === 0) {
      return { name: model.name, text: `has no live ${model.unitName}s yet`, tone: 'none' };
    }
    const present = diagnosis.splitting.features?.filter(({ rows }) => rows > 0) ?? [];
    return present.length > 0 ? withTruth(model, present) : withoutTruth(model);
  });
}

function withTruth(model: Judged, present: readonly FeatureSpread[]): ModelVerdict {
  const { name, diagnosis } = model;
  const noun = present.every(({ kind }) => shapes.has(kind)) ? 'shape' : 'feature';
  const unit = diagnosis.splitting.unit === 'atoms' ? 'latent' : 'group';
  const rebuilt = present.filter((feature): feature is Rebuilt => feature.units90 !== null);
  const held = rebuilt.filter(({ units90 }) => units90 === 1);
  const split = rebuilt
    .filter(({ units90 }) => units90 > 1)
    .toSorted((a, b) => b.units90 - a.units90 || a.feature - b.feature);
  const lost = present.length - rebuilt.length;

  const clauses: string[] = [];
  if (held.length === present.length) {
    clauses.push(
      present.length === 1
        ? `holds the one ${noun} in one ${unit}`
        : `holds each of the ${present.length} ${noun}s in one ${unit}`,
    );
  } else if (held.length > 0) {
    clauses.push(`holds ${held.length} of ${present.length} ${noun}s in one ${unit} each`);
  }
  if (split.length > 0) clauses.push(spreading(split, unit, noun));
  if (lost > 0) {
    clauses.push(
      `does not rebuild ${lost === present.length ? 'any of them' : `the other ${lost}`}`,
    );
  }
  const packed = packing(diagnosis, noun);
  if (packed !== null) clauses.push(packed);
  const tone = held.length === present.length && packed === null ? 'good' : 'mixed';
  return { name, text: listed(clauses), tone };
}

/**
 * "spreads the circle over 5 latents (3 are the fewest) and the sphere over 9 (4)"; of many features only the worst
 * is named. One direction each, latents cannot hold a shape in one: what is split is what goes beyond the fewest.
 */
function spreading(split: readonly Rebuilt[], unit: string, noun: string): string {
  const worst = at(split, 0);
  if (split.length > 3) {
    return `spreads ${split.length} ${noun}s over several ${unit}s each, up to ${worst.units90} (${worst.name}, at least ${worst.leastUnits})`;
  }
  const parts = split.map((feature, index) => {
    const units = index === 0 ? ` ${unit}s` : '';
    const least =
      index === 0 ? `${feature.leastUnits} would be the fewest` : `fewest ${feature.leastUnits}`;
    return `${plainName(feature)} over ${feature.units90}${units} (${least})`;
  });
  return `spreads ${listed(parts)}`;
}

/** "packs 16 features into 4 groups", null when no group holds more than one. */
function packing({ packing, splitting }: Diagnosis, noun: string): string | null {
  if (splitting.unit === 'atoms') return null;
  const shared = packing.groups
    .map(({ features }) => features?.length ?? 0)
    .filter((count) => count > 1);
  if (shared.length === 0) return null;
  const features = shared.reduce((sum, count) => sum + count, 0);
  return `packs ${features} ${noun}s into ${counted(shared.length, 'group')}`;
}

function withoutTruth(model: Judged): ModelVerdict {
  const { name, unitName, diagnosis } = model;
  const { activity, ranks, splitting } = diagnosis;
  const dead = activity.dead.length;
  const clauses: string[] = [];
  if (activity.rank > 1) {
    clauses.push(
      `uses ${ranks.meanCodeRank90.toFixed(1)} of the ${activity.rank} dimensions of a group on average`,
    );
  }
  clauses.push(
    splitting.clusters.length === 0
      ? `has no near-duplicates among its ${activity.liveGroups} live ${unitName}s`
      : `has ${splitting.clusteredUnits} of ${activity.liveGroups} live ${unitName}s nearly repeating ` +
          `another, in ${counted(splitting.clusters.length, 'cluster')}`,
  );
  if (dead > 0) clauses.push(`never used ${dead} ${dead === 1 ? unitName : `${unitName}s`}`);
  return { name, text: listed(clauses), tone: 'none' };
}

/** "the sphere", but "circle 12" as it stands. */
function plainName({ name }: FeatureSpread): string {
  return /\d/.test(name) ? name : `the ${name.toLowerCase()}`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function listed(clauses: readonly string[]): string {
  const last = clauses[clauses.length - 1] ?? '';
  return clauses.length < 2 ? last : `${clauses.slice(0, -1).join(', ')} and ${last}`;
}
