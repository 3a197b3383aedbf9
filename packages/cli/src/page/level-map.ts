/** The levels over the key space: a row for each, a bar for each table. */
import type { PlacedTable, Tree } from '../disk/tree.ts';
import { visible } from '../encodings.ts';
import { bytes, count, counted } from '../units.ts';
import { type Html, html, percentage } from './html.ts';

/** Bars of a level; beyond, neighbours share one: no screen shows more. */
const MOST_BARS = 600;
/** Tables of level 0 that have a row of their own. */
const MOST_ROWS = 24;
/** The longest key that is written out. */
const KEY_LENGTH = 60;

/** Draws the levels that have tables. */
export function levelMap(tree: Tree): Html {
  const rows = tree.flatMap((tables, level) =>
    tables.length === 0 ? [] : [levelRow(tables, level)],
  );
  if (rows.length === 0) return html`<p>No tables: everything is in the log.</p>`;
  const tables = tree.flat();
  const ends = [...tables].sort((a, b) => Buffer.compare(a.first, b.first));
  const last = tables.reduce((a, b) => (Buffer.compare(a.last, b.last) < 0 ? b : a));
  return html`${rows}
<div class="axis"><span>${keyText(ends[0]!.first)}</span><span>${keyText(last.last)}</span></div>`;
}

function levelRow(tables: readonly PlacedTable[], level: number): Html {
  const size = tables.reduce((sum, { fileSize }) => sum + fileSize, 0);
  const shown = level === 0 ? tables.slice(0, MOST_ROWS) : tables;
  const rows = level === 0 ? shown.map((table) => row([table])) : [row(tables)];
  const more = tables.length - shown.length;
  const hidden = more > 0 ? html`<span>… and ${count(more)} more</span>` : html``;
  return html`<div class="level">
<div class="name">Level ${level}<span>${counted(tables.length, 'table')}, ${bytes(size)}</span></div>
<div class="rows${level === 0 && rows.length > 3 ? ' many' : ''}">${rows}${hidden}</div>
</div>`;
}

function row(tables: readonly PlacedTable[]): Html {
  const stride = Math.ceil(tables.length / MOST_BARS);
  const bars: Html[] = [];
  for (let i = 0; i < tables.length; i += stride) {
    const group = tables.slice(i, i + stride);
    bars.push(bar(group, bars.length % 2 === 1));
  }
  return html`<div class="row">${bars}</div>`;
}

function bar(group: readonly PlacedTable[], odd: boolean): Html {
  const first = group[0]!;
  const last = group.at(-1)!;
  const size = group.reduce((sum, { fileSize }) => sum + fileSize, 0);
  const name = group.length === 1 ? `table ${first.number}` : `${group.length} tables`;
  const title = `${name}, ${bytes(size)}: ${keyText(first.first)} … ${keyText(last.last)}`;
  const style = `left:${percentage(first.from)};width:${percentage(last.to - first.from)}`;
  return html`<i class="${odd ? 'b' : 'a'}" style="${style}" title="${title}"></i>`;
}

function keyText(key: Uint8Array): string {
  const text = visible(key.subarray(0, 4 * KEY_LENGTH));
  return text.length > KEY_LENGTH ? `${text.slice(0, KEY_LENGTH - 1)}…` : text;
}
