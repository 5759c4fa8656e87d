// Keeps the chosen colour scheme in the browser, under the key that theme-boot.js reads.

import { localStorageColorSchemeManager } from '@mantine/core';

export const colorSchemeManager = localStorageColorSchemeManager({ key: 'plexus-color-scheme' });
