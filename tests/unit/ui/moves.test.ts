/** Moves as a person reads them: marks on the curves, and where a group came from. */
import { expect, it } from 'vitest';
import type { MoveCounts } from '../../../src/analysis/moves/types';
import { NEVER_TRAINED } from '../../../src/lab/run/run_history';
import type { RunMove } from '../../../src/lab/run/run_moves';
import { allMoves, type RunModel } from '../../../src/state/run_record';
import { dryMovesText, originText } from '../../../src/ui/parts/move_text';
import { markersOfMoves } from '../../../src/ui/pages/train/change_markers';

const component = (group: number, axes: number, energy: number) => ({ group, axes, energy });
const move = (own: Partial<RunMove>): RunMove => ({
  model: 0,
  step: 40,
  move: 'unpack',
  from: [3],
  components: [component(3, 2, 0.75), component(9, 1, 0.25)],
  loss: [0.5, 0.4],
  ...own,
});
const repartition = move({
  move: 'repartition',
  from: [1, 2],
  components: [component(2, 3, 0.9), component(2, 1, 0.1)],
  step: 52,
});
const models = [{ name: 'SASA' }, { name: 'Other' }] as RunModel[];

it('are one mark a point and model', () => {
  const other = move({ model: 1 });
  const marks = markersOfMoves([move({}), move({ from: [4] }), other, repartition], models, 100);
  expect(marks.map(({ x, text, title }) => [x, text, title])).toEqual([
    [4000, '2 moves', '2 groups unpacked in SASA after step 40'],
    [4000, '1 move', '1 group unpacked in Other after step 40'],
    [5200, '1 move', '1 pair of groups rearranged in SASA after step 52'],
  ]);
});

it('say of a group where what it holds came from, as far as it was trained', () => {
  const moves = [move({}), repartition];
  const text = (group: number, step: number, model = 0) => {
    const made = allMoves({ models: [], moved: moves }, step);
    return originText(made, { model, group })?.replaceAll(/\s/g, ' ') ?? null;
  };
  expect(text(3, 41)).toBe(
    'Unpacked before step 41: it kept 2 axes, 75.0 % of the energy; the rest went into group 9.',
  );
  expect(text(9, 100)).toBe('Unpacked from group 3 before step 41: 1 axis, 25.0 % of the energy.');
  expect(text(2, 100)).toBe('Made of groups 1 and 2 before step 53: 4 axes, 100 % of the energy.');
  expect(text(1, 100)).toBe('Emptied before step 53: what groups 1 and 2 held went into others.');
  // Before them, of another group, of another model.
  expect(text(3, 40)).toBeNull();
  expect(text(2, 52)).toBeNull();
  expect(text(5, 100)).toBeNull();
  expect(text(3, 100, 1)).toBeNull();
});

it('of weights that were moved last of all are seen at the first step of their run', () => {
  const before = { ...NEVER_TRAINED, steps: 1000, changes: [move({ step: 1000 })] };
  const opened = [{ index: 0, before }] as unknown as RunModel[];
  const made = allMoves({ models: opened, moved: [move({ step: 40, from: [7] })] }, 0);
  expect(originText(made, { model: 0, group: 3 })).toMatch(/^Unpacked before step 1001: it/);
  expect(originText(made, { model: 0, group: 7 })).toBeNull();
});

it('that would be made are said with the groups that were looked at', () => {
  const text = (counts: Partial<MoveCounts>) =>
    dryMovesText({
      liveGroups: 64,
      packed: [],
      pairsConsidered: 3,
      pairsTried: 2,
      accepted: [],
      ...counts,
    });
  expect(text({})).toBe('0 of 64 live groups would be unpacked, 0 pairs would be rearranged');
  const components = [{ axes: 1, energy: 1 }];
  expect(
    text({
      liveGroups: 1,
      packed: [{ group: 3, components }],
      accepted: [{ pair: [1, 2], components, lossBefore: 1, lossAfter: 0.5 }],
    }),
  ).toBe('1 of 1 live group would be unpacked, 1 pair would be rearranged');
});
