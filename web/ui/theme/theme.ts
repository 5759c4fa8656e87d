// How the component library is asked to look; colours come from tokens.css.

import { createTheme } from '@mantine/core';
import { en } from '../i18n/en.ts';

export const theme = createTheme({
  primaryColor: 'blue',
  defaultRadius: 8,
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    Button: { defaultProps: { variant: 'default' } },
    Tooltip: { defaultProps: { openDelay: 250, withinPortal: true } },
    Menu: { defaultProps: { position: 'bottom-end', shadow: undefined, radius: 10 } },
    // The only word that the library itself puts on screen.
    Notification: { defaultProps: { closeButtonProps: { 'aria-label': en.panel.close } } },
    Modal: {
      defaultProps: { centered: true, overlayProps: { backgroundOpacity: 0 }, transitionProps: { duration: 120 } },
    },
  },
});
