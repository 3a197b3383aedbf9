/**
 * Draws pictures as SVG, narrow enough for a phone: 360 units wide, text of 12. Each has a
 * background of its own, and other colours where the reader prefers a dark page.
 */

/** Units that every picture is wide. */
export const WIDTH = 360;
/** Pixels that it is wide where there is room. */
const SHOWN = 460;

/**
 * Colours by name: on a light page, on a dark one.
 * @type {Record<string, [light: string, dark: string]>}
 */
const COLOURS = {
  page: ['#ffffff', '#1d1e24'],
  frame: ['#dcdfe6', '#373a44'],
  grid: ['#e9ebf0', '#2d3039'],
  line: ['#7b8190', '#9299a8'],
  text: ['#23262d', '#e6e8ee'],
  muted: ['#666c79', '#a2a8b5'],
  blue: ['#3d6fe0', '#7ba2ff'],
  paleblue: ['#dfe8fc', '#26335a'],
  red: ['#c9403a', '#f2827c'],
  palered: ['#fbe1df', '#552a2c'],
  green: ['#1d8a6d', '#4fcfae'],
  palegreen: ['#d8f1ea', '#1d4439'],
  grey: ['#59606e', '#b4bac6'],
  palegrey: ['#eff0f3', '#2b2d36'],
};

/** @typedef {'blue' | 'red' | 'green' | 'grey'} Tone */
/**
 * @typedef {object} TextStyle
 * @property {number} [size]
 * @property {string} [colour]
 * @property {string} [anchor]
 * @property {boolean} [bold]
 * @property {boolean} [mono]
 */

/** @param {string} text */
const escaped = (text) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** Rounds to a tenth of a unit. @param {number} number */
function px(number) {
  if (!Number.isFinite(number)) throw new RangeError(`not a place in a picture: ${number}`);
  return String(Math.round(number * 10) / 10);
}

export class Picture {
  /** @type {string[]} */
  #parts = [];
  #used = new Set(['page', 'frame']);

  /**
   * @param {number} height
   * @param {string} label what it shows, for those who cannot see it
   */
  constructor(height, label) {
    this.height = height;
    this.label = label;
  }

  /** @param {string} name */
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
  text(x, y, text, style = {}) {
    const { size = 12, colour = 'text', anchor = 'start', bold = false, mono = false } = style;
    const more = [
      anchor === 'start' ? '' : ` text-anchor="${anchor}"`,
      bold ? ' font-weight="600"' : '',
      mono ? ' font-family="ui-monospace,Menlo,Consolas,monospace"' : '',
    ].join('');
    const place = `x="${px(x)}" y="${px(y)}" font-size="${size}"`;
    this.#parts.push(
      `<text ${place} fill="${this.#colour(colour)}"${more}>${escaped(text)}</text>`,
    );
  }

  /**
   * A box, with text in its middle.
   * @param {number} x
   * @param {number} y
   * @param {number} width
   * @param {number} height
   * @param {Tone} tone
   * @param {string} [text]
   * @param {TextStyle} [style]
   */
  box(x, y, width, height, tone, text = '', style = {}) {
    const size = `width="${px(width)}" height="${px(height)}" rx="4"`;
    const colours = `fill="${this.#colour(`pale${tone}`)}" stroke="${this.#colour(tone)}"`;
    this.#parts.push(`<rect x="${px(x)}" y="${px(y)}" ${size} ${colours}/>`);
    const middle = { anchor: 'middle', ...style };
    if (text !== '') this.text(x + width / 2, y + height / 2 + 4, text, middle);
  }

  /**
   * A circle, with text in its middle.
   * @param {number} x
   * @param {number} y
   * @param {number} radius
   * @param {Tone} tone
   * @param {string} text
   */
  disc(x, y, radius, tone, text) {
    const colours = `fill="${this.#colour(`pale${tone}`)}" stroke="${this.#colour(tone)}"`;
    this.#parts.push(`<circle cx="${px(x)}" cy="${px(y)}" r="${px(radius)}" ${colours}/>`);
    this.text(x, y + 4, text, { anchor: 'middle' });
  }

  /**
   * A line through points.
   * @param {readonly number[]} points x, y, x, y, …
   * @param {{ colour?: string, width?: number, dashed?: boolean }} [style]
   */
  line(points, { colour = 'line', width = 1.2, dashed = false } = {}) {
    const path = points
      .map((at, i) => (i % 2 === 0 && i > 0 ? 'L' : i === 0 ? '' : ' ') + px(at))
      .join('');
    const dashes = dashed ? ' stroke-dasharray="4 3"' : '';
    const stroke = `stroke="${this.#colour(colour)}" stroke-width="${width}"${dashes}`;
    this.#parts.push(`<path d="M${path}" fill="none" ${stroke} stroke-linejoin="round"/>`);
  }

  /**
   * A line through points with a head at its end.
   * @param {readonly number[]} points x, y, x, y, …
   * @param {{ colour?: string, dashed?: boolean }} [style]
   */
  arrow(points, { colour = 'line', dashed = false } = {}) {
    this.line(points, { colour, dashed });
    const [fromX = 0, fromY = 0, x = 0, y = 0] = points.slice(-4);
    const angle = Math.atan2(y - fromY, x - fromX);
    const corner = (/** @type {number} */ turn) =>
      `${px(x - 7 * Math.cos(angle + turn))} ${px(y - 7 * Math.sin(angle + turn))}`;
    const path = `M${px(x)} ${px(y)}L${corner(0.45)}L${corner(-0.45)}Z`;
    this.#parts.push(`<path d="${path}" fill="${this.#colour(colour)}"/>`);
  }

  toString() {
    /** @param {0 | 1} which */
    const colours = (which) =>
      [...this.#used].map((name) => `--${name}:${COLOURS[name]?.[which]}`).join(';');
    const shown = Math.round((this.height * SHOWN) / WIDTH);
    return [
      `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${this.height}"`,
      ` width="${SHOWN}" height="${shown}" role="img" aria-label="${escaped(this.label)}"`,
      ' font-family="system-ui,-apple-system,Segoe UI,Roboto,sans-serif">\n',
      `<style>svg{${colours(0)}}@media (prefers-color-scheme:dark){svg{${colours(1)}}}</style>\n`,
      `<rect x="0.5" y="0.5" width="${WIDTH - 1}" height="${this.height - 1}" rx="8"`,
      ' fill="var(--page)" stroke="var(--frame)"/>\n',
      this.#parts.join('\n'),
      '\n</svg>\n',
    ].join('');
  }
}
