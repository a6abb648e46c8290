/**
 * JSON that holds what it was given. `JSON.stringify` writes NaN and infinity as null, which a reader cannot tell
 * from "not known"; results, reports and metrics are written here instead, and such a number is an error.
 */
import { LabError } from './lab_error';

/** The value as JSON text. Throws LabError `not_finite` naming the key of a number that is NaN or infinite. */
export function strictJson(value: unknown, indent?: number): string {
  const found = notFiniteIn(value, '');
  if (found === null) return JSON.stringify(value, null, indent);
  throw new LabError(
    'not_finite',
    `"${found.path}" is ${found.value}, which is not a result and cannot be written.`,
    'A sum left the range of float32: scale the data, or take a model whose training did not diverge.',
  );
}

interface Found {
  readonly path: string;
  readonly value: number;
}

function notFiniteIn(value: unknown, path: string): Found | null {
  if (typeof value === 'number') return Number.isFinite(value) ? null : { path, value };
  if (typeof value !== 'object' || value === null) return null;
  for (const [key, inner] of Object.entries(value)) {
    const found = notFiniteIn(inner, path === '' ? key : `${path}.${key}`);
    if (found !== null) return found;
  }
  return null;
}
