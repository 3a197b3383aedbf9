/**
 * Draws pictures as SVG. Each has a background of its own, and another one where the reader prefers
 * a dark page; so it can be read on any.
 */

/**
 * Colours by name: on a light page, on a dark one.
 * @type {Record<string, [light: string, dark: string]>}
 */
const COLOURS = {
  page: ['#ffffff', '#1d1e24'],
  frame: ['#dcdfe6', '#373a44'],
  grid: ['#e9ebf0', '#2d3039'],
  axis: ['#8b909c', '#848a97'],
  text: ['#23262d', '#e6e8ee'],
  muted: ['#666c79', '#a2a8b5'],
  good: ['#3d6fe0', '#7ba2ff'],
  bad: ['#d9622b', '#f0935f'],
  jumpdb: ['#3d6fe0', '#7ba2ff'],
  'classic-level': ['#1d9a7b', '#4fcfae'],
  lmdb: ['#d9622b', '#f0935f'],
  'better-sqlite3': ['#a04ac2', '#cf8bea'],
  'memory-level': ['#8a7a16', '#d2c04c'],
  leveldb: ['#59606e', '#b4bac6'],
  'jumpdb-each': ['#6d8fd8', '#a9c1fa'],
};

/** Escapes text. @param {string} text */
const escaped = (text) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** Rounds to a tenth of a pixel. @param {number} number */
const px = (number) => String(Math.round(number * 10) / 10);

/**
 * @typedef {object} TextStyle
 * @property {string} [colour]
 * @property {number} [size]
 * @property {'start' | 'middle' | 'end'} [anchor]
 * @property {boolean} [bold]
 */

export class Picture {
  /** @type {string[]} */
  #parts = [];
  /** @type {Set<string>} */
  #used = new Set(['page', 'frame']);

  /**
   * @param {number} width
   * @param {number} height
   * @param {string} label what it shows, for those who cannot see it
   */
  constructor(width, height, label) {
    this.width = width;
    this.height = height;
    this.label = label;
  }

  /**
   * Names a colour, as an attribute's value.
   * @param {string} name
   */
  #colour(name) {
    this.#used.add(name);
    return `var(--${name})`;
  }

  /**
   * @param {number} x
   * @param {number} y of the baseline
   * @param {string} text
   * @param {TextStyle} [style]
   */
  text(x, y, text, { colour = 'text', size = 12, anchor = 'start', bold = false } = {}) {
    const weight = bold ? ' font-weight="600"' : '';
    const place = anchor === 'start' ? '' : ` text-anchor="${anchor}"`;
    const fill = `fill="${this.#colour(colour)}"`;
    this.#parts.push(
      `<text x="${px(x)}" y="${px(y)}" font-size="${size}" ${fill}${place}${weight}>${escaped(text)}</text>`,
    );
  }

  /**
   * @param {number} x
   * @param {number} y
   * @param {number} width
   * @param {number} height
   * @param {string} colour
   */
  bar(x, y, width, height, colour) {
    const size = `width="${px(Math.max(width, 0.5))}" height="${px(height)}"`;
    this.#parts.push(
      `<rect x="${px(x)}" y="${px(y)}" ${size} rx="2" fill="${this.#colour(colour)}"/>`,
    );
  }

  /**
   * @param {number} x1
   * @param {number} y1
   * @param {number} x2
   * @param {number} y2
   * @param {string} [colour]
   */
  line(x1, y1, x2, y2, colour = 'grid') {
    this.#parts.push(
      `<path d="M${px(x1)} ${px(y1)}L${px(x2)} ${px(y2)}" stroke="${this.#colour(colour)}"/>`,
    );
  }

  /**
   * @param {[x: number, y: number][]} points
   * @param {string} colour
   * @param {{ width?: number, opacity?: number }} [style]
   */
  curve(points, colour, { width = 2, opacity = 1 } = {}) {
    const path = points.map(([x, y]) => `${px(x)} ${px(y)}`).join('L');
    const stroke = `stroke="${this.#colour(colour)}" stroke-width="${width}"`;
    const see = opacity === 1 ? '' : ` opacity="${opacity}"`;
    this.#parts.push(`<path d="M${path}" fill="none" ${stroke} stroke-linejoin="round"${see}/>`);
  }

  /**
   * @param {[x: number, y: number][]} points
   * @param {string} colour
   * @param {number} opacity
   */
  area(points, colour, opacity) {
    const path = points.map(([x, y]) => `${px(x)} ${px(y)}`).join('L');
    this.#parts.push(`<path d="M${path}Z" fill="${this.#colour(colour)}" opacity="${opacity}"/>`);
  }

  /**
   * @param {number} x
   * @param {number} y
   * @param {number} radius
   * @param {string} colour
   */
  dot(x, y, radius, colour) {
    this.#parts.push(
      `<circle cx="${px(x)}" cy="${px(y)}" r="${radius}" fill="${this.#colour(colour)}"/>`,
    );
  }

  toString() {
    const { width, height } = this;
    /** @param {0 | 1} which */
    const colours = (which) =>
      [...this.#used]
        .map((name) => `--${name}:${(COLOURS[name] ?? COLOURS['axis'])[which]}`)
        .join(';');
    return [
      `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}"`,
      ` height="${height}" font-family="system-ui,-apple-system,Segoe UI,Roboto,sans-serif"`,
      ` role="img" aria-label="${escaped(this.label)}">\n<style>svg{${colours(0)}}`,
      `@media (prefers-color-scheme:dark){svg{${colours(1)}}}</style>\n`,
      `<rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8"`,
      ` fill="var(--page)" stroke="var(--frame)"/>\n`,
      this.#parts.join('\n'),
      '\n</svg>\n',
    ].join('');
  }
}
