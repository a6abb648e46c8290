/** The GPU in one chip; pressed, it tells the limits that decide what fits. */
import { Popover } from 'radix-ui';
import { useEngine } from '../../state/engine_store';
import type { AdapterReport } from '../../lab/protocol/protocol';
import { formatBytes } from '../plots/format';

export function AdapterChip() {
  const connection = useEngine((state) => state.connection);
  if (connection.kind === 'connecting') {
    return (
      <span className="chip" data-tone="wait">
        Starting the GPU…
      </span>
    );
  }
  if (connection.kind === 'unavailable') {
    return (
      <span className="chip" data-tone="bad">
        No WebGPU
      </span>
    );
  }
  const { adapter } = connection;
  return (
    <Popover.Root>
      <Popover.Trigger className="chip chip-button" data-tone="good">
        <span className="chip-name">{adapter.name}</span>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content className="menu adapter-card" align="end" sideOffset={6}>
          <AdapterFacts adapter={adapter} />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

function AdapterFacts({ adapter }: { readonly adapter: AdapterReport }) {
  const facts: readonly (readonly [string, string])[] = [
    ['Vendor', adapter.vendor || 'not reported'],
    ['Architecture', adapter.architecture || 'not reported'],
    ['Largest buffer', formatBytes(adapter.maxBufferSize)],
    ['Largest binding', formatBytes(adapter.maxStorageBufferBindingSize)],
  ];
  return (
    <>
      <h2 className="adapter-name">{adapter.name}</h2>
      <dl className="facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {adapter.software && (
        <p className="note note-warn">
          This is a software adapter: everything works, but slowly. Chrome uses it when no GPU
          driver is available.
        </p>
      )}
      {adapter.defaultLimitsOnly && (
        <p className="note note-warn">
          Only WebGPU’s default limits were granted: large models will not fit.
        </p>
      )}
      <h3 className="section-title">WebGPU features</h3>
      <p className="quiet adapter-features">
        {adapter.features.length === 0 ? 'none' : adapter.features.join(', ')}
      </p>
    </>
  );
}
