/** One of a few things, all of them in sight: buttons in a row of which one is pressed. */

export interface SegmentsProps<V extends string | number> {
  /** What is chosen, for assistive technology. */
  readonly label: string;
  readonly values: readonly V[];
  readonly value: V;
  readonly nameOf: (value: V) => string;
  readonly onChange: (value: V) => void;
}

export function Segments<V extends string | number>(props: SegmentsProps<V>) {
  const { label, values, value, nameOf, onChange } = props;
  return (
    <div className="segments" role="group" aria-label={label}>
      {values.map((each) => (
        <button
          key={each}
          type="button"
          aria-pressed={each === value}
          onClick={() => onChange(each)}
        >
          {nameOf(each)}
        </button>
      ))}
    </div>
  );
}
