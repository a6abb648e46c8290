/**
 * A reading taken apart for the page: which groups fire on a token, how strongly a group fires along the
 * text, what the strongest groups of the whole text are, and where continuations differ. Pure.
 */
import { at } from '../../../base/array';
import type { TextReading, TokenSpan } from '../../../lab/protocol/lm_protocol';
import { NO_OWNER } from '../../plots/unit_slots';

export interface GroupNorm {
  readonly group: number;
  readonly norm: number;
}

type Firings = Pick<TextReading, 'tokens' | 'offsets' | 'groups' | 'norms'>;

/** The groups that fire on a token, strongest first. */
export function groupsOfToken(reading: Firings, token: number): readonly GroupNorm[] {
  const [start, end] = [at(reading.offsets, token), at(reading.offsets, token + 1)];
  return Array.from({ length: end - start }, (_, i) => ({
    group: at(reading.groups, start + i),
    norm: at(reading.norms, start + i),
  }));
}

/** [tokens], norm of one group's contribution on every token; 0 where it does not fire. */
export function normsOfGroup(reading: Firings, group: number): Float32Array {
  return Float32Array.from(
    reading.tokens,
    (_, token) => groupsOfToken(reading, token).find((entry) => entry.group === group)?.norm ?? 0,
  );
}

/** The strongest group of every token and its norm; NO_OWNER and 0 where none fires. */
export interface StrongestGroups {
  /** [tokens]. */
  readonly groups: Uint32Array;
  /** [tokens]. */
  readonly norms: Float32Array;
}

export function strongestGroups(reading: Firings): StrongestGroups {
  const groups = new Uint32Array(reading.tokens.length).fill(NO_OWNER);
  const norms = new Float32Array(reading.tokens.length);
  for (let token = 0; token < groups.length; token++) {
    const first = at(reading.offsets, token);
    if (first === at(reading.offsets, token + 1)) continue;
    groups[token] = at(reading.groups, first);
    norms[token] = at(reading.norms, first);
  }
  return { groups, norms };
}

/** What a group does in the whole text. */
export interface GroupInText {
  readonly group: number;
  /** Tokens on which it fires. */
  readonly tokens: number;
  /** Its largest norm, and on which token. */
  readonly norm: number;
  readonly token: number;
}

/** All groups that fire in the text, the largest norm first. */
export function groupsInText(reading: Firings): readonly GroupInText[] {
  const found = new Map<number, GroupInText>();
  for (let token = 0; token < reading.tokens.length; token++) {
    for (const { group, norm } of groupsOfToken(reading, token)) {
      const known = found.get(group) ?? { group, tokens: 0, norm: 0, token };
      const stronger = norm > known.norm ? { norm, token } : {};
      found.set(group, { ...known, ...stronger, tokens: known.tokens + 1 });
    }
  }
  return [...found.values()].sort((a, b) => b.norm - a.norm || a.group - b.group);
}

/** Largest finite value; 0 when there is none. */
export function largest(values: ArrayLike<number>): number {
  let most = 0;
  for (let i = 0; i < values.length; i++) {
    const value = at(values, i);
    if (value > most && Number.isFinite(value)) most = value;
  }
  return most;
}

/** [tokens of `other`], whether each differs from the token in the same place of `original`. */
export function differingTokens(
  original: readonly TokenSpan[],
  other: readonly TokenSpan[],
): readonly boolean[] {
  return other.map(({ token }, index) => original[index]?.token !== token);
}

/** Mean of −log p over the tokens that have one, nats; null when none has. */
export function meanSurprisal({ surprisal }: Pick<TextReading, 'surprisal'>): number | null {
  const finite = Array.from(surprisal).filter(Number.isFinite);
  if (finite.length === 0) return null;
  return finite.reduce((sum, value) => sum + value, 0) / finite.length;
}
