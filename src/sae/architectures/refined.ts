/**
 * What a folder says of a step on the codes: it ends the name in cfg.json, so that no program opens the model as one that
 * takes none. Architectures need not know of it.
 */
import type { LooseSettings } from './architecture';

const MARK = '_refined';

/** The name of the folder of a model that takes a step, from that of the same without. */
export function refinedName(name: string): string {
  return name + MARK;
}

/** A name in cfg.json without its mark, and whether it had one. */
export function readName(name: string): { readonly name: string; readonly refined: boolean } {
  const refined = name.endsWith(MARK);
  return { name: refined ? name.slice(0, -MARK.length) : name, refined };
}

/** The setting that says the same. The name decides, whatever the lab remembers of training. */
export function refineSetting(refined: boolean): LooseSettings {
  return { refine: refined ? true : undefined };
}
