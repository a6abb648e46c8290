/** Troubles of the engine itself (a crash, a lost device) appear as notices. */
import { useEffect } from 'react';
import { useEngine } from '../../state/engine_store';
import { notify } from '../../state/notices_store';

export function useTroubleNotices(): void {
  const trouble = useEngine((state) => state.trouble);
  const dismiss = useEngine((state) => state.dismissTrouble);
  useEffect(() => {
    if (trouble === null) return;
    notify({ tone: 'error', title: trouble.message, detail: trouble.wayOut });
    dismiss();
  }, [trouble, dismiss]);
}
