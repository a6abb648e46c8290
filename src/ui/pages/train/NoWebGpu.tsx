/**
 * The page where WebGPU is missing: which browsers have it, how to switch it on, and the recorded result
 * of the first experiment, so that the page is still worth reading. Browser versions: the WebGPU working
 * group's implementation status (github.com/gpuweb/gpuweb/wiki/Implementation-Status).
 */
import { useEffect, useState } from 'react';
import type { RecordedRun } from '../../../lab/keep/recorded_run';
import { showRecordedRun } from '../../../state/recorded';
import { useEngineLack } from '../../parts/engine_lack';
import { formatDuration, formatInteger } from '../../plots/format';
import { Curves } from './Curves';
import { MetricTiles } from './MetricTiles';
import { ShapeGrid } from './ShapeGrid';
import { ShownRunFigures } from './ShownRunFigures';
import './no_webgpu.css';

export function NoWebGpu() {
  const lack = useEngineLack();
  return (
    <main className="no-webgpu">
      <section className="no-webgpu-text">
        <h1>{lack?.title}</h1>
        <p className="no-webgpu-reason">{lack?.reason}</p>
        {!window.isSecureContext && (
          <p className="note note-warn">
            This page was opened from {window.location.protocol}//{window.location.host}. Browsers
            offer WebGPU only on https:// addresses and on localhost.
          </p>
        )}
        <div className="panel no-webgpu-browsers">
          <section>
            <h2>Chrome, Edge and other Chromium browsers</h2>
            <p>
              On Windows, macOS and ChromeOS from version 113, on Android from 121. If it is still
              missing, open <code>chrome://gpu</code>: the line “WebGPU” says why. Often graphics
              acceleration is off in Settings → System.
            </p>
            <p>
              On Linux and on Windows for ARM it may be behind a flag: open{' '}
              <code>chrome://flags/#enable-unsafe-webgpu</code>, choose Enabled, and restart. On
              Linux also start the browser with <code>--enable-features=Vulkan</code>.
            </p>
          </section>
          <section>
            <h2>Safari</h2>
            <p>From version 26, on macOS, iOS, iPadOS and visionOS.</p>
          </section>
          <section>
            <h2>Firefox</h2>
            <p>
              On Windows from version 141, on Macs with Apple silicon from 145 (macOS 26). On Linux
              in Firefox Nightly.
            </p>
          </section>
        </div>
        <p className="quiet">The lab itself is tested in Chrome.</p>
      </section>
      <Recorded />
    </main>
  );
}

type Recording =
  | { readonly kind: 'loading' }
  | { readonly kind: 'shown'; readonly run: RecordedRun }
  | { readonly kind: 'missing' };

function Recorded() {
  const [recording, setRecording] = useState<Recording>({ kind: 'loading' });
  useEffect(() => {
    showRecordedRun().then(
      (run) => setRecording({ kind: 'shown', run }),
      () => setRecording({ kind: 'missing' }),
    );
  }, []);
  if (recording.kind === 'missing') return null;
  return (
    <section className="no-webgpu-recorded" aria-busy={recording.kind === 'loading'}>
      <h2>Meanwhile, what the first experiment shows</h2>
      <p className="no-webgpu-lead">
        Two sparse autoencoders learn the same samples, each a point on a circle, a sphere or a
        helix. The TopK SAE tiles every shape with several latents; SASA keeps one group for each,
        and the group’s rank is the shape’s dimension.{' '}
        {recording.kind === 'shown' && recordedLine(recording.run)}
      </p>
      {recording.kind === 'shown' && (
        <ShownRunFigures>
          <MetricTiles />
          <ShapeGrid />
          <Curves />
        </ShownRunFigures>
      )}
    </section>
  );
}

function recordedLine({ adapter, recordedAt, config, seconds }: RecordedRun): string {
  const { train_batch_size_samples: batch, training_samples: samples } = config.training;
  const steps = formatInteger(Math.ceil(samples / batch));
  const day = new Date(recordedAt).toISOString().slice(0, 10);
  return `Recorded on ${day} on ${adapter}: ${steps} steps of ${batch} samples in ${formatDuration(seconds)}.`;
}
