/**
 * Makes the table of src/analysis/irreducibility_null.ts: mean and deviation of the separability of Gaussian clouds,
 * by number of points. `node scripts/run_typescript.mjs scripts/data/irreducibility_null.ts`; run it again, and put
 * its lines into the table, whenever src/analysis/separability.ts changes. Takes a minute.
 */
import {
  NULL_DRAWS,
  NULL_TABLE,
  drawNullSeparability,
} from '../../src/analysis/irreducibility_null';

for (const points of NULL_TABLE.map(([n]) => n)) {
  const values = Array.from({ length: NULL_DRAWS }, (_, draw) =>
    drawNullSeparability(points, draw),
  );
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance =
    values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  const outside = values.filter(
    (value) => Math.abs(value - mean) > 1.96 * Math.sqrt(variance),
  ).length;
  process.stdout.write(
    `  [${points}, ${mean.toPrecision(5)}, ${Math.sqrt(variance).toPrecision(3)}], // ${outside}\n`,
  );
}
