// Chart.js with only the pieces we draw with, and our small plugins.

import { Chart, Filler, LinearScale, LineController, LineElement, PointElement } from 'chart.js';
import { chartOverlay } from './chart-overlay.ts';

Chart.register(LineController, LineElement, PointElement, LinearScale, Filler, chartOverlay);

export { Chart };
