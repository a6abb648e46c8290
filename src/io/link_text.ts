/**
 * Settings as the text of a link and back: `data.kind-words*m0.k-4`. It uses only characters that stay
 * as they are in the query of an address (letters, digits, `. - _ *`), so a link can be read and edited by
 * hand; a long one is deflated instead. Only plain values travel: texts, numbers, true and false. What
 * the settings mean is nothing to this file, and any text at all may come in.
 */
import { deflateSync, inflateSync } from 'fflate';

export type LinkValue = string | number | boolean;
/** Settings by path. */
export type LinkSettings = ReadonlyMap<string, LinkValue>;

/** Longer texts are deflated; addresses are safe everywhere up to about 2000 characters. */
const LONGEST_PLAIN = 1200;
/** Longer links are not looked at; a thousand features of one's own take a third of it. */
const LONGEST_LINK = 64_000;
const DEFLATED = 'z.';
const KEY = /^[A-Za-z][A-Za-z0-9_.]*$/;
const NUMBER = /^-?\d+(\.\d+)?(e[+-]?\d+)?$/;

/** Settings as text, in the given order. */
export function writeLinkText(settings: LinkSettings): string {
  const plain = [...settings].map(([key, value]) => `${key}-${writeValue(value)}`).join('*');
  if (plain.length <= LONGEST_PLAIN) return plain;
  const deflated = deflateSync(new TextEncoder().encode(plain), { level: 9 });
  return `${DEFLATED}${toBase64Url(deflated)}`;
}

/** The settings of a link's text; a string says what is wrong with it. */
export function readLinkText(text: string): LinkSettings | string {
  if (text.length > LONGEST_LINK) {
    return `it has ${text.length} characters, more than the ${LONGEST_LINK} of any link of the lab`;
  }
  const plain = text.startsWith(DEFLATED) ? inflateText(text.slice(DEFLATED.length)) : text;
  if (plain === undefined) return 'its compressed settings are damaged';
  const settings = new Map<string, LinkValue>();
  for (const part of plain.split('*')) {
    const dash = part.indexOf('-');
    const key = part.slice(0, Math.max(dash, 0));
    if (!KEY.test(key)) return `"${shorten(part)}" is not of the form setting-value`;
    if (settings.has(key)) return `${key} appears twice`;
    const value = readValue(part.slice(dash + 1));
    if (value === undefined) return `the value of ${key} is damaged`;
    settings.set(key, value);
  }
  return settings;
}

function shorten(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}

/** `_` before a text that would be read as something else: a number, true, or one that begins with `_`. */
function writeValue(value: LinkValue): string {
  if (typeof value !== 'string') return String(value).replace('e+', 'e');
  const wellFormed = value.replace(/[\uD800-\uDFFF]/gu, '\uFFFD');
  const escaped = encodeURIComponent(wellFormed).replaceAll('*', '%2A').replaceAll('%20', ' ');
  return readValue(escaped) === wellFormed ? escaped : `_${escaped}`;
}

function readValue(text: string): LinkValue | undefined {
  if (text === 'true') return true;
  if (text === 'false') return false;
  if (NUMBER.test(text)) {
    const value = Number(text);
    return Number.isFinite(value) ? value : undefined;
  }
  try {
    return decodeURIComponent(text.replace(/^_/, ''));
  } catch {
    return undefined;
  }
}

function inflateText(text: string): string | undefined {
  const bytes = fromBase64Url(text);
  if (bytes === undefined) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(inflateSync(bytes));
  } catch {
    return undefined;
  }
}

function toBase64Url(bytes: Uint8Array): string {
  const binary = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

function fromBase64Url(text: string): Uint8Array | undefined {
  if (!/^[A-Za-z0-9_-]*$/.test(text)) return undefined;
  try {
    const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
    return Uint8Array.from(binary, (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}
