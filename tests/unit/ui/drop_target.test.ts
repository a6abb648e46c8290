/** The page as the target of a drop: the browser never opens a dropped file itself, and text in a field is let be. */
import { describe, expect, it } from 'vitest';
import { followDrops } from '../../../src/ui/shell/DropTarget';

function target() {
  const events = new EventTarget();
  const seen: boolean[] = [];
  const stop = followDrops(events as Window, (dropping) => seen.push(dropping));
  const send = (type: string, types: readonly string[], relatedTarget: unknown = null) => {
    const event = new Event(type, { cancelable: true });
    Object.assign(event, { dataTransfer: { types, items: [], files: [] }, relatedTarget });
    events.dispatchEvent(event);
    return event.defaultPrevented;
  };
  return { send, seen, stop };
}

describe('files over the page', () => {
  it('are taken by it and not by the browser, with a veil while they hang over it', () => {
    const { send, seen } = target();
    expect(send('dragenter', ['Files'])).toBe(true);
    expect(send('dragover', ['Files'])).toBe(true);
    expect(send('drop', ['Files'])).toBe(true);
    expect(seen).toEqual([true, true, false]);
  });

  it('leave when the pointer leaves the window, not when it leaves an element', () => {
    const { send, seen } = target();
    send('dragleave', ['Files'], {});
    expect(seen).toEqual([]);
    send('dragleave', ['Files']);
    expect(seen).toEqual([false]);
  });

  it('are no text that is dragged into a field', () => {
    const { send, seen } = target();
    expect(send('dragover', ['text/plain'])).toBe(false);
    expect(send('drop', ['text/plain'])).toBe(false);
    expect(seen).not.toContain(true);
  });

  it('are no more its business once it stops', () => {
    const { send, stop } = target();
    stop();
    expect(send('drop', ['Files'])).toBe(false);
  });
});
