/**
 * What a sparse autoencoder can be: the settings of one model, under SAELens' names (and the official SASA plug-in's
 * where SAELens has none). Validated once, at the border; inside the lab a ModelConfig is complete and consistent.
 * What depends on the architecture is asked of it here. Source: docs/method/model.md and training.md.
 */
import * as z from 'zod/mini';
import type {
  Architecture as ArchitectureOf,
  LooseSettings,
  ModelShape,
} from './architectures/architecture';
import { readName, refinedName, refineSetting } from './architectures/refined';
import { registry } from './architectures/registry';

type Schemas<R extends readonly { readonly schema: unknown }[]> = {
  [I in keyof R]: R[I]['schema'];
};

/** Settings of one model as a person writes them. */
export const modelSchema = z.discriminatedUnion(
  'architecture',
  // `map` forgets which schema stands where.
  registry.map(({ schema }) => schema) as unknown as Schemas<typeof registry>,
);

/** What a person writes: defaults may be left out. */
export type ModelInput = z.input<typeof modelSchema>;
/** Validated settings with defaults filled in. */
export type ModelConfig = z.output<typeof modelSchema>;
/** Name of an architecture. */
export type ArchitectureId = ModelConfig['architecture'];
/** An architecture, whichever it is: its functions take the settings of a model of its own. */
export type Architecture = ArchitectureOf<ModelConfig> & { readonly schema: z.ZodMiniObject };

/** The architectures, in the order in which they are offered. */
export const architectures: readonly Architecture[] = registry;

/** The one that stands for a model which names none. */
export const defaultArchitecture: Architecture = registry[0];

const byId: ReadonlyMap<string, Architecture> = new Map(
  architectures.map((known) => [known.id, known]),
);

/** The architecture of this name; undefined where there is none. */
export function findArchitecture(id: unknown): Architecture | undefined {
  return typeof id === 'string' ? byId.get(id) : undefined;
}

/** What the name in a cfg.json says. */
interface FolderKind {
  readonly architecture: Architecture;
  /** The name of the same without a step on the codes. */
  readonly name: string;
  readonly refined: boolean;
  /** The settings that follow from it. */
  readonly settings: LooseSettings;
}

/** The kind of model that is kept in folders of this name; undefined where there is none. */
export function folderKind(named: string): FolderKind | undefined {
  const { name, refined } = readName(named);
  const architecture =
    findArchitecture(name) ??
    architectures.find(({ folder }) => folder.names?.includes(name) === true);
  if (architecture === undefined) return undefined;
  const settings = { architecture: architecture.id };
  if (architecture.refines !== undefined) {
    return { architecture, name, refined, settings: { ...settings, ...refineSetting(refined) } };
  }
  return refined ? undefined : { architecture, name, refined, settings };
}

/** The name in the cfg.json of a model. */
export function folderNameOf(config: ModelConfig): string {
  const name = architectureOf(config).folder.savedAs?.(config) ?? config.architecture;
  return refines(config) ? refinedName(name) : name;
}

/** The architecture of a model. */
export function architectureOf(config: Pick<ModelConfig, 'architecture'>): Architecture {
  const found = byId.get(config.architecture);
  if (found === undefined) throw new RangeError(`no architecture "${config.architecture}"`);
  return found;
}

/** K, r and slots of a model. */
export function shapeOf(config: ModelConfig): ModelShape {
  return architectureOf(config).shape(config);
}

/** Whether a trained step is taken on the codes of a model before they are decoded. */
export function refines(config: ModelConfig): boolean {
  return architectureOf(config).refines?.(config) ?? false;
}

/** Name to show: the person's own, else one from the architecture. */
export function displayName(config: ModelConfig): string {
  return config.name ?? architectureOf(config).words.name;
}
