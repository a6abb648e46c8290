/** What the page says of its runs when the graphics device is gone. */
import { expect, it } from 'vitest';
import { whatIsLost } from '../../../src/lab/worker/what_is_lost';

it.each([
  [{ lost: 0, kept: 0, over: 2 }, /^Nothing was training; every run keeps its weights\.$/],
  [
    { lost: 1, kept: 0, over: 0 },
    /^The run that was going on has lost its weights and keeps its curves\.$/,
  ],
  [{ lost: 2, kept: 0, over: 1 }, /^The 2 runs .* have lost .*; runs that were over keep both\.$/],
  [
    { lost: 0, kept: 1, over: 1 },
    /^The run that was going on can go on from its latest checkpoint: press Resume/,
  ],
  [
    { lost: 1, kept: 2, over: 0 },
    /^2 runs .* press Resume on the Runs page\. The run .* has lost its weights/,
  ],
])('of %o says what is kept and what is not', (losses, sentence) => {
  expect(whatIsLost(losses)).toMatch(sentence);
});
