/** Notices: an undo that is not taken is final, an old notice makes room, cancelled work is no error. */
import { beforeEach, describe, expect, it } from 'vitest';
import { LabError } from '../../../src/base/lab_error';
import { closeNotice, notify, notifyError, useNotices } from '../../../src/state/notices_store';

const titles = () => useNotices.getState().notices.map(({ title }) => title);

beforeEach(() => useNotices.setState({ notices: [] }));

describe('notices', () => {
  it('tell on closing whether their action was taken, once', () => {
    const told: boolean[] = [];
    let undone = 0;
    const notice = {
      tone: 'info' as const,
      title: 'Deleted',
      action: { label: 'Undo', run: () => undone++ },
      onClose: (acted: boolean) => told.push(acted),
    };
    const first = notify(notice);
    closeNotice(first, true);
    closeNotice(first);
    closeNotice(notify(notice));
    expect(told).toEqual([true, false]);
    expect(undone).toBe(1);
  });

  it('make room for new ones, the oldest first, and say so', () => {
    const closed: string[] = [];
    for (const title of ['a', 'b', 'c', 'd', 'e']) {
      notify({ tone: 'info', title, onClose: () => closed.push(title) });
    }
    expect(titles()).toEqual(['b', 'c', 'd', 'e']);
    expect(closed).toEqual(['a']);
  });

  it('show an error with its way out, and nothing for cancelled work', () => {
    notifyError(new LabError('cancelled', 'Cancelled.', 'None.'));
    notifyError(new LabError('bad_file', 'Too short.', 'Save it again.'));
    expect(useNotices.getState().notices).toMatchObject([
      { tone: 'error', title: 'Too short.', detail: 'Save it again.' },
    ]);
  });
});
