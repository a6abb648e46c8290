/**
 * The pages of the lab. A page is a folder `src/ui/pages/<id>/` whose `<Title>Page.tsx` exports its
 * component as default; it is loaded when first opened. A page appears in the header, in the shortcut
 * list and in the address (`#/<id>`) by standing here, once its file exists.
 */
import { lazy, type ComponentType, type LazyExoticComponent } from 'react';

export interface PageEntry {
  /** Folder, and first part of the address. */
  readonly id: string;
  readonly title: string;
  /** Pressed after `g` to go there. */
  readonly key: string;
  readonly Page: LazyExoticComponent<ComponentType>;
}

const files = import.meta.glob<{ default: ComponentType }>('./pages/*/*Page.tsx');

const order = [
  { id: 'train', title: 'Train', key: 't' },
  { id: 'groups', title: 'Groups', key: 'g' },
  { id: 'diagnose', title: 'Diagnose', key: 'd' },
  { id: 'runs', title: 'Runs', key: 'r' },
];

/** Pages in the order of the header. The first is the one that opens. */
export const pages: readonly PageEntry[] = order.flatMap((page) => {
  const load = files[`./pages/${page.id}/${page.title}Page.tsx`];
  return load === undefined ? [] : [{ ...page, Page: lazy(load) }];
});
