/** Theme of the page: the system's, light or dark. */
import { DropdownMenu } from 'radix-ui';
import { themes, useView, type Theme } from '../../state/view_store';
import { Icon, type IconName } from '../parts/Icon';

const LOOKS: Readonly<Record<Theme, { readonly label: string; readonly icon: IconName }>> = {
  system: { label: 'Like the system', icon: 'system' },
  light: { label: 'Light', icon: 'sun' },
  dark: { label: 'Dark', icon: 'moon' },
};

export function ThemeSwitch() {
  const theme = useView((view) => view.theme);
  const setTheme = useView((view) => view.setTheme);
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger
        className="button button-icon"
        aria-label={`Theme: ${LOOKS[theme].label}`}
      >
        <Icon name={LOOKS[theme].icon} />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="menu" align="end" sideOffset={6}>
          <DropdownMenu.RadioGroup
            value={theme}
            onValueChange={(value) => {
              const chosen = themes.find((candidate) => candidate === value);
              if (chosen !== undefined) setTheme(chosen);
            }}
          >
            {themes.map((choice) => (
              <DropdownMenu.RadioItem key={choice} value={choice} className="menu-item">
                <Icon name={LOOKS[choice].icon} />
                {LOOKS[choice].label}
                <DropdownMenu.ItemIndicator className="menu-check">
                  <Icon name="check" />
                </DropdownMenu.ItemIndicator>
              </DropdownMenu.RadioItem>
            ))}
          </DropdownMenu.RadioGroup>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
