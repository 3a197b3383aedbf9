/** How the page looks: light and dark, from a phone to a wide screen, on paper. */
import { Html } from './html.ts';

/** The page's style. */
export const STYLE: Html = new Html(`
:root {
  color-scheme: light dark;
  --page: #f7f7f5; --card: #ffffff; --line: #e1e0db; --track: #efeeea;
  --text: #1c1c1a; --soft: #6a6963;
  --a: #2f6fb2; --b: #7fb0dd; --live: #2f6fb2; --dead: #c9a227; --gone: #b5483a;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #161615; --card: #1f1f1d; --line: #35342f; --track: #2a2926;
    --text: #ecebe6; --soft: #a3a199;
    --a: #5b9fe0; --b: #2f6296; --live: #5b9fe0; --dead: #d9b544; --gone: #e07a6b;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 2rem 1.25rem 3rem; max-width: 62rem;
  background: var(--page); color: var(--text);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
  font-variant-numeric: tabular-nums;
}
h1 { margin: 0; font-size: 1.5rem; line-height: 1.25; overflow-wrap: anywhere; }
h2 { margin: 0 0 .25rem; font-size: 1.05rem; }
p { margin: 0 0 .75rem; color: var(--soft); }
header p { margin: .25rem 0 1.25rem; overflow-wrap: anywhere; }
section, .tile {
  background: var(--card); border: 1px solid var(--line); border-radius: 8px;
}
section { margin-top: 1rem; padding: 1rem 1.25rem 1.25rem; }
.pair {
  display: grid; gap: 1rem; margin-top: 1rem;
  grid-template-columns: repeat(auto-fit, minmax(min(26rem, 100%), 1fr));
}
.pair > section { margin: 0; }
.tiles {
  display: grid; gap: .75rem; grid-template-columns: repeat(auto-fit, minmax(8.75rem, 1fr));
}
.tile { padding: .6rem .9rem; }
.tile b { display: block; font-size: 1.3rem; font-weight: 600; line-height: 1.3; }
.tile span { color: var(--soft); font-size: .85rem; }
.level { display: grid; grid-template-columns: 11.5rem 1fr; gap: .25rem 1rem; margin-top: .75rem; }
.level .name { line-height: 1.35; }
.level .name span { color: var(--soft); font-size: .85rem; display: block; }
.rows { display: flex; flex-direction: column; gap: 2px; justify-content: center; }
.row {
  position: relative; height: 1.6rem; border-radius: 3px; overflow: hidden;
  background: var(--track);
}
.rows.many .row { height: .55rem; }
.row i { position: absolute; top: 0; bottom: 0; min-width: 1px; background: var(--a); }
.row i.b { background: var(--b); }
.axis {
  display: flex; justify-content: space-between; gap: 1rem; margin: .5rem 0 0 12.5rem;
  color: var(--soft); font: .8rem/1.4 ui-monospace, "SF Mono", Menlo, Consolas, monospace;
}
.axis span { overflow-wrap: anywhere; }
.axis span:last-child { text-align: right; }
.bars {
  display: grid; grid-template-columns: max-content 1fr max-content; gap: 4px .75rem;
  align-items: center;
}
.bars .of { color: var(--soft); font-size: .85rem; text-align: right; white-space: nowrap; }
.bars .bar { height: 1rem; background: var(--track); border-radius: 3px; overflow: hidden; }
.bars .bar i { display: block; height: 100%; min-width: 2px; background: var(--a); }
.bars .bar i.none { min-width: 0; }
.bars .bar i.gone { background: var(--gone); }
.bars .n { font-size: .85rem; text-align: right; white-space: nowrap; }
.stack { display: flex; height: 1.6rem; border-radius: 3px; overflow: hidden; gap: 2px; }
.stack i { min-width: 2px; }
.key {
  display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin: .6rem 0 0; padding: 0;
  list-style: none; font-size: .9rem;
}
.key li::before {
  content: ""; display: inline-block; width: .75rem; height: .75rem; margin-right: .4rem;
  border-radius: 2px; background: var(--c);
}
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td {
  padding: .3rem .6rem; text-align: right; border-bottom: 1px solid var(--line);
  white-space: nowrap;
}
th { color: var(--soft); font-weight: 500; }
th:first-child, td:first-child { padding-left: 0; text-align: left; }
tr:last-child td { border-bottom: 0; }
footer { margin-top: 1.5rem; color: var(--soft); font-size: .85rem; }
@media (max-width: 40rem) {
  body { padding: 1.25rem .75rem 2rem; }
  section { padding: .9rem; }
  .level { grid-template-columns: 1fr; }
  .level .name span { display: inline; margin-left: .5rem; }
  .axis { margin-left: 0; }
}
@media print { body { background: none; max-width: none; } section, .tile { break-inside: avoid; } }
`);
