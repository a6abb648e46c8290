/** Who writes to a kept run that nobody trains any more: for as long as a write takes, and nothing that would undo what came of it. */
import { expect, it } from 'vitest';
import { MemoryFileStore } from '../../../src/io/file_store';
import { KeptRuns } from '../../../src/lab/keep/kept_runs';
import { RunClaim } from '../../../src/lab/worker/run_claim';
import { MemoryIndex, MemoryLocks } from '../../support/memory_runs';
import { keptRecord } from '../../support/kept_record';

it('writes while it has the run, or nobody has, and the run is where it was', async () => {
  const runs = new KeptRuns({
    files: new MemoryFileStore(),
    index: new MemoryIndex(),
    locks: new MemoryLocks(),
    now: () => 1,
  });
  const at = (step: number) => runs.add(keptRecord('a', { step }));
  await at(30);
  let written = 0;
  const write = () => {
    written += 1;
    return Promise.resolve();
  };
  const claim = new RunClaim(runs, 'a', await runs.claim('a'));
  await claim.alone(30, write);
  expect(written).toBe(1);
  expect(await runs.claim('a')).toBeNull();

  claim.letGo();
  await claim.alone(30, write);
  expect(written).toBe(2);

  const release = await runs.claim('a');
  await claim.alone(30, write);
  expect(written).toBe(2);
  release?.();
  await at(40);
  await claim.alone(30, write);
  expect(written).toBe(2);
  // It has not kept what it took.
  expect(await runs.claim('a')).not.toBeNull();
});
