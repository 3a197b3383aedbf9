/** The page of `jump stats --html`: one file, no scripts, nothing fetched. */
import { deadEntries, type Facts, storedEntries, storedTombstones } from '../disk/facts.ts';
import type { Survey } from '../disk/survey.ts';
import type { Tree } from '../disk/tree.ts';
import { bytes, count, counted, percent } from '../units.ts';
import { bars, histogram, stack } from './charts.ts';
import { type Html, html } from './html.ts';
import { levelMap } from './level-map.ts';
import { STYLE } from './style.ts';

/** Makes the page of a store that was surveyed. */
export function storePage(facts: Facts, tree: Tree, at: Date): string {
  const { survey } = facts;
  const name = facts.directory;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${name} – jump stats</title>
<style>${STYLE}</style>
</head>
<body>
<header>
<h1>${name}</h1>
<p>${facts.comparator} · ${count(facts.sequence)} writes so far · ${filesText(facts)} · as of ${at
    .toISOString()
    .slice(0, 16)
    .replace('T', ' ')} UTC</p>
</header>
<div class="tiles">${tiles(facts)}</div>
<section>
<h2>Levels over the keys</h2>
<p>Each bar is a table, from its first key to its last. Keys have as much room as the store has
bytes for them.</p>
${levelMap(tree)}
</section>
${survey === undefined ? html`` : surveyed(facts, survey)}
<section>
<h2>Level by level</h2>
<div class="wide">${levelTable(facts)}</div>
</section>
<footer>Made by <code>jump stats --html</code> of JumpDB.</footer>
</body>
</html>
`.text;
}

function filesText({ files }: Facts): string {
  const obsolete = files.obsolete === 0 ? '' : ` · ${counted(files.obsolete, 'file')} left over`;
  return `${counted(files.tables, 'table')}, ${counted(files.logs, 'log')}${obsolete}`;
}

function tiles(facts: Facts): Html[] {
  const { files, survey, filters } = facts;
  const disk = files.tableBytes + files.logBytes + files.manifestBytes;
  const list: [string, string][] = [['on the disk', bytes(disk)]];
  const live = survey?.live;
  if (survey !== undefined && live !== undefined) {
    const stored = storedEntries(survey);
    list.unshift(['live entries', count(live.entries)]);
    list.push(['of keys and values', bytes(live.bytes)]);
    list.push([
      'dead versions',
      stored === 0 ? '0%' : percent((deadEntries(survey) ?? 0) / stored),
    ]);
  }
  list.push(['tables a read may ask', count(facts.readAmplification)]);
  const filterBytes = Object.values(filters).reduce((sum, size) => sum + size, 0);
  list.push(['of filters in memory', bytes(filterBytes)]);
  return list.map(
    ([label, value]) => html`<div class="tile"><b>${value}</b><span>${label}</span></div>`,
  );
}

function surveyed(facts: Facts, survey: Survey): Html {
  return html`<div class="pair">
<section>
<h2>Sizes of keys</h2>
<p>${sizes(survey.keys)}</p>
${histogram(survey.keys)}
</section>
<section>
<h2>Sizes of values</h2>
<p>${sizes(survey.values)}</p>
${histogram(survey.values)}
</section>
</div>
<section>
<h2>Versions</h2>
<p>Everything that is stored: what a reader sees, what was overwritten or deleted and still takes
room, and the deletions themselves. Merging tables takes the last two away.</p>
${versions(survey)}
</section>
<div class="pair">
<section>
<h2>Deletions</h2>
<p>Their share of what each level, and the log, stores.</p>
${tombstones(facts, survey)}
</section>
<section>
<h2>Amplification</h2>
<p>What the store costs beyond its contents; 1 is the least.</p>
${amplification(facts, survey)}
</section>
</div>
${blocks(survey)}`;
}

function sizes({ count: number, smallest, largest, mean }: Survey['keys']): string {
  if (number === 0) return '';
  return `${bytes(smallest)} to ${bytes(largest)}, ${bytes(mean)} on average.`;
}

function versions(survey: Survey): Html {
  const { live } = survey;
  const gone = storedTombstones(survey);
  const all = storedEntries(survey);
  if (live === undefined) {
    return stack([
      { label: 'values', value: all - gone, colour: 'live' },
      { label: 'deletions', value: gone, colour: 'gone' },
    ]);
  }
  return stack([
    { label: 'live', value: live.entries, colour: 'live' },
    {
      label: 'overwritten or deleted',
      value: Math.max(0, all - gone - live.entries),
      colour: 'dead',
    },
    { label: 'deletions', value: gone, colour: 'gone' },
  ]);
}

function tombstones({ levels }: Facts, survey: Survey): Html {
  const rows = [
    ...levels
      .filter(({ tables }) => tables > 0)
      .map(({ level }) => [`level ${level}`, survey.levels[level]!] as const),
    ['log', survey.logs] as const,
  ];
  const list = rows.map(([label, { entries, tombstones }]) => ({
    label,
    value: entries === 0 ? 0 : tombstones / entries,
    shown: `${count(tombstones)} · ${percent(entries === 0 ? 0 : tombstones / entries)}`,
    kind: 'gone' as const,
  }));
  return bars(list, 1);
}

function amplification({ files, ...facts }: Facts, survey: Survey): Html {
  const list = [];
  const live = survey.live?.bytes ?? 0;
  if (live > 0) {
    const disk = (files.tableBytes + files.logBytes) / live;
    list.push({ label: 'disk: bytes for a live byte', value: disk, shown: disk.toFixed(2) });
  }
  const space = facts.spaceAmplification;
  const read = facts.readAmplification;
  list.push({ label: 'space: all levels to the deepest', value: space, shown: space.toFixed(2) });
  list.push({ label: 'read: tables to ask', value: read, shown: String(read) });
  return bars(list);
}

function blocks({ blocks: { stored, contents, entries } }: Survey): Html {
  if (stored.count === 0) return html``;
  const ratio = stored.total / Math.max(1, contents.total);
  const facts = `${counted(stored.count, 'block')} of ${bytes(contents.mean)} of keys and values on
average, ${count(Math.round(entries.mean))} entries each, stored in ${percent(ratio)} of that.`;
  return html`<div class="pair">
<section>
<h2>How full blocks are</h2>
<p>${facts}</p>
${histogram(contents)}
</section>
<section>
<h2>Blocks in the file</h2>
<p>What a read from the disk has to fetch: ${sizes(stored)}</p>
${histogram(stored)}
</section>
</div>`;
}

function levelTable({ levels }: Facts): Html {
  const rows = levels
    .filter(({ tables }) => tables > 0)
    .map(
      (
        one,
      ) => html`<tr><td>${one.level}</td><td>${count(one.tables)}</td><td>${bytes(one.bytes)}</td>
<td>${orNothing(one.entries)}</td><td>${orNothing(one.tombstones)}</td>
<td>${bytes(one.filterBytes)}</td><td>${one.overlap?.toFixed(1) ?? ''}</td></tr>`,
    );
  return html`<table>
<thead><tr><th>level</th><th>tables</th><th>size</th><th>entries</th><th>deletions</th>
<th>filters</th><th>overlaps below</th></tr></thead>
<tbody>${rows}</tbody>
</table>`;
}

function orNothing(value: number | undefined): string {
  return value === undefined ? '' : count(value);
}
