/** Which columns the table has. */
import { Popover } from 'radix-ui';
import { saysSame } from '../../../base/canonical';
import { Icon } from '../../parts/Icon';
import { DEFAULT_COLUMNS, runColumns } from './run_columns';
import { toggleColumn, useRunsView } from './runs_view';

export function ColumnMenu() {
  const columns = useRunsView((view) => view.columns);
  return (
    <Popover.Root>
      <Popover.Trigger className="button">
        Columns
        <Icon name="chevron" size={14} />
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          className="menu runs-columns-menu"
          align="end"
          sideOffset={4}
          aria-label="Columns of the table"
        >
          {runColumns
            .filter(({ id }) => id !== 'name')
            .map(({ id, name }) => (
              <label className="menu-item" key={id}>
                <input
                  type="checkbox"
                  checked={columns.includes(id)}
                  onChange={() => toggleColumn(id)}
                />
                {name}
              </label>
            ))}
          <button
            type="button"
            className="link-button runs-columns-usual"
            disabled={saysSame(columns, DEFAULT_COLUMNS)}
            onClick={() => useRunsView.setState({ columns: DEFAULT_COLUMNS })}
          >
            The usual columns
          </button>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
