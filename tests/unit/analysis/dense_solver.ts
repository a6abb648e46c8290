/** Least squares written out: the normal equations, solved by elimination. Shares no code with the diagnostics. */

/** v with min ‖t − Σ v_i a_i‖², of independent atoms. */
export function leastSquares(atoms: readonly (readonly number[])[], target: readonly number[]) {
  const product = (a: readonly number[], b: readonly number[]) =>
    a.reduce((sum, value, c) => sum + value * (b[c] ?? 0), 0);
  const system = atoms.map((atom) => [
    ...atoms.map((other) => product(atom, other)),
    product(atom, target),
  ]);
  return eliminate(system);
}

/** Solution of a square system, each row with its right side at the end. Gauss and Jordan, largest pivot first. */
function eliminate(system: number[][]): number[] {
  const size = system.length;
  for (let column = 0; column < size; column++) {
    const rest = system.slice(column);
    const order = rest.toSorted((a, b) => Math.abs(b[column] ?? 0) - Math.abs(a[column] ?? 0));
    system.splice(column, rest.length, ...order);
    const pivot = system[column] ?? [];
    const scaled = pivot.map((value) => value / (pivot[column] ?? 0));
    system.forEach((row, i) => {
      const factor = row[column] ?? 0;
      system[i] = i === column ? scaled : row.map((value, j) => value - factor * (scaled[j] ?? 0));
    });
  }
  return system.map((row) => row[size] ?? 0);
}

/** ‖t − Σ v_i a_i‖² */
export function squaredError(
  atoms: readonly (readonly number[])[],
  codes: readonly number[],
  target: readonly number[],
): number {
  return target.reduce((sum, value, c) => {
    const built = atoms.reduce((all, atom, i) => all + (codes[i] ?? 0) * (atom[c] ?? 0), 0);
    return sum + (value - built) ** 2;
  }, 0);
}
