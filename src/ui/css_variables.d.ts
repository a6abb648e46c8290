/** Lets `style` carry CSS custom properties: `style={{ '--columns': 3 }}`. */
import 'react';

declare module 'react' {
  interface CSSProperties {
    [name: `--${string}`]: string | number | undefined;
  }
}
