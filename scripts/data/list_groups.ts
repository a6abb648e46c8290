/**
 * Lists the groups of a trained model as the Groups page sorts them, by irreducibility beyond chance, with what they are
 * strongest on, and what Diagnose says of all: how docs/results chose the groups that it shows. Of a family it says which
 * groups have most of its words among their twenty strongest.
 *
 *   node scripts/run_typescript.mjs scripts/data/list_groups.ts FOLDER [--data words|lm] [--count 40] [--family monday,tuesday …]
 */
import { parseArgs } from 'node:util';
import { indexCodes } from '../../src/analysis/code_index';
import { diagnose } from '../../src/analysis/diagnosis';
import { groupTable } from '../../src/analysis/group_table';
import { openEvaluationData } from '../../src/cli/data';
import { loadModel } from '../../src/cli/model_folder';
import { withNodeDevice } from '../../src/cli/node_gpu';
import { rememberedData } from '../../src/cli/remembered_data';
import { analysedModel, analysedText, labelsOf } from '../../src/lab/encode/analysed_model';
import { encodeAnalysedRows } from '../../src/lab/encode/analysed_rows';
import { Encoder } from '../../src/lab/encode/encoder';

/** Names that a group goes by. */
const STRONGEST = 20;

const { values, positionals } = parseArgs({
  options: {
    data: { type: 'string', default: 'words' },
    count: { type: 'string', default: '40' },
    family: { type: 'string', multiple: true, default: [] },
  },
  allowPositionals: true,
});
const [folder] = positionals;
if (folder === undefined) throw new Error('Name the folder of a model.');

const { config, weights, provenance } = await loadModel(folder);
await withNodeDevice(async (open) => {
  const { device } = await open();
  const trained = rememberedData(provenance, folder);
  const { source } = await openEvaluationData(values.data, undefined, trained, () =>
    Promise.resolve(device),
  );
  const encoder = await Encoder.upload(device, config, weights);
  const { codes, rowIds, text } = await encodeAnalysedRows(source, (x, rows, onProgress) =>
    encoder.encode(x, rows, onProgress),
  );
  const indexed = indexCodes(weights, codes);
  const analysed = analysedModel({
    model: 0,
    step: 0,
    indexed,
    rows: {
      rowIds,
      labelOf:
        text === null && source.labelOf !== undefined
          ? (rowId) => source.labelOf?.(rowId) ?? ''
          : null,
      truth: null,
      text: text === null ? null : analysedText(text),
    },
  });
  const table = groupTable(indexed, analysed.spaces());
  const measured = table.filter(({ irreducibility }) => irreducibility !== null);
  const beyond = measured.filter(
    ({ irreducibility, irreducibilityChance95 }) =>
      (irreducibility ?? 0) > (irreducibilityChance95 ?? Infinity),
  );
  console.log(
    `${beyond.length} of ${measured.length} groups that fire often enough are beyond chance`,
  );
  const rows = measured
    .sort((a, b) => (b.irreducibility ?? 0) - (a.irreducibility ?? 0))
    .slice(0, Number(values.count));
  for (const { group, firings, irreducibility, irreducibilityChance95, codeRank90 } of rows) {
    const labels = labelsOf(analysed, group, STRONGEST).join(', ');
    console.log(
      `${group}\t${firings} rows\t${irreducibility?.toFixed(3)} ± ${irreducibilityChance95?.toFixed(3)}\trank ${codeRank90}\t${labels}`,
    );
  }
  for (const family of values.family.map((words) => words.split(','))) {
    const counts = table
      .filter(({ firings }) => firings > 0)
      .map(({ group }) => {
        const labels = labelsOf(analysed, group, STRONGEST).map((label) => label.trim());
        return { group, count: family.filter((word) => labels.includes(word)).length };
      })
      .sort((a, b) => b.count - a.count)
      .slice(0, 3);
    const said = counts.map(({ group, count }) => `${count} in group ${group}`).join(', ');
    console.log(`of the ${family.length} from ${family[0]} to ${family.at(-1)}: ${said}`);
  }
  const { ranks, splitting, overlap, irreducibility } = diagnose(weights, codes);
  for (const [name, part] of Object.entries({ ranks, splitting, overlap, irreducibility })) {
    console.log(name, JSON.stringify(numbersOf(part)));
  }
  encoder.destroy();
});

/** The numbers of a part of a diagnosis, without its lists. */
function numbersOf(part: object): Readonly<Record<string, number>> {
  return Object.fromEntries(
    Object.entries(part).filter((entry): entry is [string, number] => typeof entry[1] === 'number'),
  );
}
