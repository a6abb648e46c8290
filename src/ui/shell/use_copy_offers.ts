/** Offers to keep copies of files that a run needs after a reload, as notices that wait. */
import { useEffect } from 'react';
import { keepCopies, useCopyOffers, type CopyOffer } from '../../state/copy_offers';
import { engine } from '../../state/engine_store';
import { notify } from '../../state/notices_store';
import { formatBytes } from '../plots/format';

export function useCopyOfferNotices(): void {
  const offers = useCopyOffers((state) => state.offers);
  useEffect(() => {
    if (offers.length === 0) return;
    useCopyOffers.setState({ offers: [] });
    for (const offer of offers) tell(offer);
  }, [offers]);
}

function tell({ runId, names, bytes, available, fits }: CopyOffer): void {
  const size = formatBytes(bytes);
  const free = available === null ? '' : ` of ${formatBytes(available)} that are free`;
  if (!fits) {
    const title = `No copy of ${names} is kept.`;
    const detail = `It would take ${size}${free}: no copy may take more than half of them. After a reload the page asks for it.`;
    notify({ tone: 'info', title, detail });
    return;
  }
  notify({
    tone: 'info',
    stays: true,
    title: `Keep a copy of ${names}?`,
    detail: `After a reload the page asks for it, unless a copy is in this browser: ${size}${free}.`,
    action: { label: `Keep ${size}`, run: () => void keepCopies(engine, runId) },
  });
}
