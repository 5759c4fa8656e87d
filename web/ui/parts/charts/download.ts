// Hands a file to the browser, and a chart as a picture with its title.

export function download(name: string, content: Blob): void {
  const url = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}

const MARGIN = 12;
const TITLE_HEIGHT = 30;

/** The canvas inside `chart` on the paper of the theme, under its title; null when nothing is drawn. */
export function pictureOf(chart: Element, title: string): Promise<Blob | null> {
  const plot = chart.querySelector('canvas');
  if (!plot || plot.width === 0) return Promise.resolve(null);
  const scale = plot.width / plot.clientWidth;
  const canvas = document.createElement('canvas');
  canvas.width = plot.width + 2 * MARGIN * scale;
  canvas.height = plot.height + (TITLE_HEIGHT + MARGIN) * scale;
  const ctx = canvas.getContext('2d');
  if (!ctx) return Promise.resolve(null);
  const style = getComputedStyle(chart);
  ctx.fillStyle = style.getPropertyValue('--panel');
  ctx.fillRect(0, 0, canvas.width, canvas.height);
  ctx.fillStyle = style.getPropertyValue('--ink');
  ctx.font = `570 ${14 * scale}px ${style.fontFamily}`;
  ctx.fillText(title, MARGIN * scale, 20 * scale, plot.width);
  ctx.drawImage(plot, MARGIN * scale, TITLE_HEIGHT * scale);
  return new Promise((resolve) => canvas.toBlob(resolve, 'image/png'));
}
