/**
 * The pages of the lab. A page is a folder `src/ui/pages/<id>/` whose `<Title>Page.tsx` exports its
 * component as default; it is loaded when first opened. A page appears in the header, in the shortcut
 * list and in the address (`#/<id>`) by standing here.
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

/** Pages in the order of the header. The first is the one that opens. */
export const pages: readonly PageEntry[] = [
  { id: 'train', title: 'Train', key: 't', Page: lazy(() => import('./pages/train/TrainPage')) },
  {
    id: 'groups',
    title: 'Groups',
    key: 'g',
    Page: lazy(() => import('./pages/groups/GroupsPage')),
  },
  {
    id: 'diagnose',
    title: 'Diagnose',
    key: 'd',
    Page: lazy(() => import('./pages/diagnose/DiagnosePage')),
  },
  { id: 'text', title: 'Text', key: 'x', Page: lazy(() => import('./pages/text/TextPage')) },
  { id: 'data', title: 'Data', key: 'a', Page: lazy(() => import('./pages/data/DataPage')) },
  { id: 'runs', title: 'Runs', key: 'r', Page: lazy(() => import('./pages/runs/RunsPage')) },
];
