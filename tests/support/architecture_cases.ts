/** The rows of the tests' tables that the architectures bring, from the folders themselves. */
import type { ArchitectureCases, CaseRows } from '../../src/sae/architectures/cases';

const modules = import.meta.glob<{ readonly cases: ArchitectureCases }>(
  '../../src/sae/architectures/*/cases.ts',
  { eager: true },
);

/** The cases of every architecture, by the name of its folder. */
export const architectureCases: ReadonlyMap<string, ArchitectureCases> = new Map(
  Object.entries(modules).map(([path, { cases }]) => [path.split('/').at(-2) ?? path, cases]),
);

/** All rows of one table, under names that begin with the architecture: `topk, defaults`. */
export function casesOf<T extends keyof CaseRows>(table: T): Readonly<Record<string, CaseRows[T]>> {
  const rows: Record<string, CaseRows[T]> = {};
  for (const [architecture, cases] of architectureCases) {
    const own: ArchitectureCases[T] = cases[table];
    for (const [name, row] of Object.entries(own)) rows[`${architecture}, ${name}`] = row;
  }
  return rows;
}
