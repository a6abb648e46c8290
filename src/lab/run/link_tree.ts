/**
 * Settings that hold settings, as the flat paths of a link and back: `spec.features.0.kind`. Numbers in the place of
 * names make a list; an object without settings is its path with a dot at the end. Knows no setting by name.
 */
import type { LinkSettings, LinkValue } from '../../io/link_text';

/** A setting of a link: a plain value, or settings within it. */
export type LinkTree =
  LinkValue | readonly LinkTree[] | { readonly [key: string]: LinkTree | undefined };

/** Every plain value below `tree` with its path. */
export function pathsOf(tree: LinkTree, path: string): [string, LinkValue][] {
  if (typeof tree !== 'object') return [[path, tree]];
  const entries: [string, LinkTree | undefined][] = Object.entries(tree);
  if (entries.length === 0) return [[`${path}.`, '']];
  return entries.flatMap(([key, child]) =>
    child === undefined ? [] : pathsOf(child, `${path}.${key}`),
  );
}

/** Settings by path put together again; a string says which path cannot be. */
export function treeOf(settings: LinkSettings): Readonly<Record<string, LinkTree>> | string {
  const root: Branch = new Map();
  for (const [path, value] of settings) {
    const keys = path.split('.');
    const last = keys.pop() ?? '';
    const branch = branchAt(root, keys);
    if (branch === null || branch.has(last)) return `${path} contradicts another setting`;
    if (last !== '') branch.set(last, value);
  }
  return objectOf(root);
}

type Branch = Map<string, LinkValue | Branch>;

/** The branch at a path, made where there is none; null where a plain value stands in the way. */
function branchAt(root: Branch, keys: readonly string[]): Branch | null {
  let here = root;
  for (const key of keys) {
    const next = here.get(key) ?? new Map<string, LinkValue | Branch>();
    if (!(next instanceof Map)) return null;
    here.set(key, next);
    here = next;
  }
  return here;
}

function objectOf(branch: Branch): Readonly<Record<string, LinkTree>> {
  return Object.fromEntries(
    Array.from(branch, ([key, value]) => [key, value instanceof Map ? valueOf(value) : value]),
  );
}

function valueOf(branch: Branch): LinkTree {
  const places = Array.from(branch.keys(), Number).sort((a, b) => a - b);
  const object = objectOf(branch);
  const isList = places.length > 0 && places.every((place, index) => place === index);
  return isList ? places.map((place) => object[place] ?? '') : object;
}
