/** The page's other pictures: bars side by side, and one bar in parts. */
import type { Histogram } from '../disk/histogram.ts';
import { bucketText } from '../picture/print-stats.ts';
import { count, percent } from '../units.ts';
import { type Html, html, percentage } from './html.ts';

/** One bar. */
export interface Bar {
  readonly label: string;
  readonly value: number;
  /** The value for people. */
  readonly shown: string;
  readonly kind?: 'gone';
}

/** Draws bars below each other; the longest is as long as `most`. */
export function bars(
  list: readonly Bar[],
  most: number = Math.max(...list.map(({ value }) => value)),
): Html {
  return html`<div class="bars">${list.map(
    ({ label, value, shown, kind = '' }) => html`
<span class="of">${label}</span>
<span class="bar"><i class="${kind} ${value === 0 ? 'none' : ''}" style="width:${percentage(
      most === 0 ? 0 : value / most,
    )}"></i></span>
<span class="n">${shown}</span>`,
  )}</div>`;
}

/** Draws how sizes are distributed. */
export function histogram(of: Histogram): Html {
  if (of.count === 0) return html`<p>None.</p>`;
  return bars(
    of.buckets.map((bucket) => ({
      label: bucketText(bucket),
      value: bucket.count,
      shown: `${count(bucket.count)} · ${percent(bucket.count / of.count)}`,
    })),
  );
}

/** A part of a whole. */
export interface Share {
  readonly label: string;
  readonly value: number;
  /** One of the style's colours. */
  readonly colour: 'live' | 'dead' | 'gone';
}

/** Draws parts of a whole as one bar, with a key. */
export function stack(shares: readonly Share[]): Html {
  const total = shares.reduce((sum, { value }) => sum + value, 0);
  if (total === 0) return html`<p>Nothing is stored.</p>`;
  const parts = shares.filter(({ value }) => value > 0);
  return html`<div class="stack">${parts.map(
    ({ label, value, colour }) =>
      html`<i style="flex:${value / total};background:var(--${colour})" title="${label}: ${count(value)}"></i>`,
  )}</div>
<ul class="key">${shares.map(
    ({ label, value, colour }) =>
      html`<li style="--c:var(--${colour})">${label}: ${count(value)} · ${percent(value / total)}</li>`,
  )}</ul>`;
}
