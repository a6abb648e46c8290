/** What is done with the curves: smooth them, lay other runs under them, see all of them. */
import { Popover } from 'radix-ui';
import { useShallow } from 'zustand/react/shallow';
import { useRuns } from '../../../state/runs_store';
import { useView } from '../../../state/view_store';
import { Choice } from '../../parts/Choice';
import { MOST_OVERLAYS } from '../../plots/line_style';

export interface CurveToolsProps {
  readonly runId: string | null;
  readonly open: boolean;
  readonly onOpen: (open: boolean) => void;
}

const SMOOTHINGS = [
  { value: '0', label: 'Raw' },
  { value: '0.8', label: 'Smooth' },
  { value: '0.95', label: 'Smoother' },
] as const;

export function CurveTools({ runId, open, onOpen }: CurveToolsProps) {
  const smoothing = useView((view) => view.smoothing);
  const setSmoothing = useView((view) => view.setSmoothing);
  return (
    <div className="curve-tools">
      <OverlayPicker runId={runId} />
      <Choice
        variant="quiet"
        label="Smoothing of the curves"
        value={SMOOTHINGS.find(({ value }) => Number(value) === smoothing)?.value ?? '0'}
        options={SMOOTHINGS}
        onChange={(value) => setSmoothing(Number(value))}
      />
      <button
        className="button button-quiet"
        type="button"
        aria-expanded={open}
        onClick={() => onOpen(!open)}
      >
        {open ? 'Fewer curves' : 'All curves'}
      </button>
    </div>
  );
}

/** Other runs of the session, to lay under the curves; nothing while there are none. */
function OverlayPicker({ runId }: { readonly runId: string | null }) {
  const others = useRuns(
    useShallow(({ runs, order }) => order.filter((id) => id !== runId && runs[id] !== undefined)),
  );
  const names = useRuns(useShallow(({ runs }) => others.map((id) => runs[id]?.name ?? '')));
  const overlays = useView((view) => view.overlays);
  const toggle = useView((view) => view.toggleOverlay);
  if (others.length === 0) return null;
  const count = overlays.filter((id) => others.includes(id)).length;
  const full = count >= MOST_OVERLAYS;
  return (
    <Popover.Root>
      <Popover.Trigger className="button button-quiet">
        {count === 0 ? 'Overlay runs' : `${count} overlaid`}
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content className="menu overlay-menu" align="end" sideOffset={4}>
          {others.map((id, index) => (
            <label className="menu-item" key={id}>
              <input
                type="checkbox"
                checked={overlays.includes(id)}
                disabled={full && !overlays.includes(id)}
                onChange={() => toggle(id)}
              />
              {names[index]}
            </label>
          ))}
          {full && (
            <p className="quiet overlay-most">
              More than {MOST_OVERLAYS} could not be told apart by their dashes.
            </p>
          )}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
