/**
 * What the engine says about data as such, before anything is trained on them: the answer to `describe_data`
 * (requests.ts).
 */
import type { RowSummary } from '../../analysis/row_summary';
import type { ShapeState } from './run_events';

/** A few rows, as a person can look at them. */
export type DataSample =
  /** Known shapes, their points without owners. */
  | { readonly kind: 'shapes'; readonly shapes: readonly ShapeState[] }
  /** Rows that have a name. */
  | {
      readonly kind: 'labels';
      readonly rows: readonly { readonly label: string; readonly norm: number }[];
    }
  /** Beginnings of documents that are never trained on, with the norm of every token's row. */
  | {
      readonly kind: 'documents';
      readonly documents: readonly {
        readonly document: number;
        readonly tokens: readonly { readonly text: string; readonly norm: number }[];
      }[];
    }
  /** Rows of numbers, the first of each. */
  | {
      readonly kind: 'numbers';
      readonly rows: readonly {
        readonly rowId: number;
        readonly norm: number;
        readonly values: readonly number[];
      }[];
    };

/** What is loaded. */
export interface DataDescription {
  readonly label: string;
  readonly description: string;
  /** Sentences about what makes them less than one thinks. */
  readonly warnings: readonly string[];
  /** Rows that are trained on, and that never are; null when endless. */
  readonly trainRows: number | null;
  readonly heldOutRows: number | null;
  /** Of training rows. */
  readonly summary: RowSummary;
  readonly sample: DataSample;
}
