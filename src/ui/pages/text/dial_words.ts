/** The words around the angle dial: one per direction, a repeated one only once. Pure. */
import type { LogitAttribution } from '../../../lab/protocol/lm_protocol';

/** Directions in which there is room for a word. */
const PLACES = 12;
/** Longest word in characters. */
const LONGEST = 10;

/**
 * The token a group writes most at each of some evenly spaced angles; where neighbours say the same, the
 * word stands once, at the middle one.
 */
export function dialWords(
  attribution: LogitAttribution | null,
): readonly { readonly angle: number; readonly text: string }[] {
  const angles = attribution?.angles ?? [];
  if (angles.length === 0) return [];
  const stride = Math.max(1, Math.round(angles.length / PLACES));
  const placed = angles
    .filter((_, index) => index % stride === 0)
    .map(({ angle, tokens }) => ({ angle, text: wordOf(tokens[0]?.text ?? '') }));
  const words: { angle: number; text: string }[] = [];
  const begin = Math.max(
    0,
    placed.findIndex(({ text }, index) => text !== placed.at(index - 1)?.text),
  );
  const turned = [...placed.slice(begin), ...placed.slice(0, begin)];
  for (let i = 0; i < turned.length;) {
    const { text } = turned[i] ?? { text: '' };
    let end = i;
    while (turned[end + 1]?.text === text) end++;
    const middle = turned[Math.floor((i + end) / 2)];
    if (text !== '' && middle !== undefined) words.push(middle);
    i = end + 1;
  }
  return words;
}

function wordOf(token: string): string {
  const word = token.trim();
  return word.length > LONGEST ? `${word.slice(0, LONGEST - 1)}…` : word;
}
