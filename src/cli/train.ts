/**
 * `lab train`: a run file in, a folder of trained models out. Everything that decides whether the run can be
 * trained, evaluated and kept is settled before its first step; training_run.ts goes on from there.
 */
import { dirname, join, resolve } from 'node:path';
import { readRunFile } from '../lab/keep/run_file';
import type { RunConfig } from '../lab/run/run_config';
import { RUN_FILE, runFiles } from '../lab/run/run_files';
import { createSession } from '../lab/train/session';
import { displayName } from '../sae/config';
import type { TrainRequest } from './arguments';
import { openRunData } from './data';
import { DataFiles } from './data_files';
import { readJson } from './files';
import { withNodeDevice } from './node_gpu';
import { OutputClaim } from './output_claim';
import { openOutput } from './output_folder';
import { requireApart, type PathUse } from './path_uses';
import type { Terminal } from './terminal';
import { TrainingRun } from './training_run';
import { requireRoom } from './written_files';

/** Bytes on the disk for each parameter: two states with both moments, while one replaces the other, and the weights. */
const BYTES_PER_PARAMETER = 28;

/** Runs `lab train`. Throws LabError `cancelled` when it was interrupted. */
export async function train(request: TrainRequest, terminal: Terminal): Promise<void> {
  const config = readRunFile(await readJson(request.config), request.config);
  const claim = await OutputClaim.of(request.out, {
    make: !request.resume,
    tell: (sentence) => {
      terminal.write(`lab: ${sentence}\n`);
    },
  });
  try {
    await trainInto(claim, request, config, terminal);
  } finally {
    await claim.release();
  }
}

async function trainInto(
  claim: OutputClaim,
  request: TrainRequest,
  config: RunConfig,
  terminal: Terminal,
): Promise<void> {
  const start = await openOutput(request, config);
  await claim.tryNames(runFiles(config));
  const known = start.identity ?? config.data_identity;
  const files = new DataFiles({
    beside: dirname(request.config),
    asked: true,
    ...(known === undefined
      ? {}
      : {
          known: {
            files: known.files,
            folder: start.identity === undefined ? dirname(request.config) : request.out,
          },
        }),
  });
  await withNodeDevice(async (open) => {
    const { source, data, identityIn } = await openRunData(
      config,
      files,
      async () => (await open()).device,
    );
    await requireApart(inputs(request, files), outputs(request, config));
    const { device, adapter, lost } = await open();
    const kept = { ...config, data, data_identity: identityIn(request.out) };
    const session = await createSession({ device, config: kept, source, initial: start.initial });
    try {
      const parameters = session.estimate.parameters.reduce((sum, count) => sum + count, 0);
      await requireRoom(request.out, parameters * BYTES_PER_PARAMETER);
      for (const warning of session.estimate.warnings) terminal.write(`lab: ${warning}\n`);
      const names = config.models.map(displayName);
      terminal.write(`Training ${names.join(', ')} on ${source.label} with ${adapter.name}.\n`);
      const run = new TrainingRun({
        request,
        terminal,
        config: kept,
        source,
        device,
        session,
        start,
        claim,
      });
      try {
        const afterLoss = lost.then((error) => Promise.reject(run.afterLoss(error)));
        await Promise.race([run.whole(), afterLoss]);
      } finally {
        run.progress.endLine();
      }
    } finally {
      session.destroy();
    }
  });
}

function inputs(request: TrainRequest, files: DataFiles): PathUse[] {
  // A run that goes on may be told so by its own run file.
  const own = request.resume && resolve(request.config) === resolve(request.out, RUN_FILE);
  return [
    ...(own ? [] : [{ what: '--config', path: request.config }]),
    ...(request.init === undefined ? [] : [{ what: '--init', path: request.init }]),
    ...files.paths.map((path) => ({ what: 'a file of the data', path })),
  ];
}

function outputs({ out }: TrainRequest, config: RunConfig): PathUse[] {
  return runFiles(config).map((name) => ({
    what: `${name} of the run`,
    path: join(out, name),
  }));
}
