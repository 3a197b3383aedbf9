/** The numbers of a store, for a terminal. */
import { deadEntries, type Facts, storedEntries, storedTombstones } from '../disk/facts.ts';
import type { Bucket, Histogram } from '../disk/histogram.ts';
import type { Survey } from '../disk/survey.ts';
import type { Painter } from '../paint.ts';
import { bytes, count, counted, percent } from '../units.ts';

const LABEL = 13;
const BAR = 30;

/** Lines of text. */
export function printStats(facts: Facts, paint: Painter): string[] {
  const { files, levels, filters } = facts;
  const fact = factLine(paint);
  const filterText = Object.entries(filters).map(([name, size]) => `${bytes(size)} of ${name}`);
  const space = facts.spaceAmplification.toFixed(2);
  const lines = [
    fact('store', facts.directory),
    fact('comparator', facts.comparator),
    fact('files', filesText(files)),
    fact('filters', filterText.join(', ') || 'none'),
    fact('writes', `${count(facts.sequence)} so far`),
    fact('a read asks', `${counted(facts.readAmplification, 'table')} at most`),
    fact('space', `${space} bytes for each byte of the deepest level`),
  ];
  if (files.obsolete > 0) {
    const what = `${counted(files.obsolete, 'file')}, ${bytes(files.obsoleteBytes)}`;
    lines.push(fact('left over', `${what}; the next opening for writing removes them`));
  }
  lines.push('', ...levelLines(levels, paint));
  if (facts.survey !== undefined) lines.push('', ...surveyLines(facts, facts.survey, paint));
  else if (levels.some(({ entries }) => entries === undefined)) {
    lines.push('', paint.dim('? LevelDB writes no counts into its tables: --deep counts'));
  }
  return lines;
}

function factLine(paint: Painter): (label: string, value: string) => string {
  return (label, value) => `${paint.bold(label.padEnd(LABEL))}${value}`;
}

function levelLines(levels: Facts['levels'], paint: Painter): string[] {
  const head = 'level   tables       size      entries    deletions    filters  overlap';
  const rows = levels
    .filter(({ tables }) => tables > 0)
    .map(({ level, tables, ...rest }) =>
      [
        String(level).padStart(5),
        count(tables).padStart(8),
        bytes(rest.bytes).padStart(10),
        orUnknown(rest.entries).padStart(12),
        orUnknown(rest.tombstones).padStart(12),
        bytes(rest.filterBytes).padStart(10),
        (rest.overlap?.toFixed(1) ?? '').padStart(8),
      ]
        .join(' ')
        .trimEnd(),
    );
  return rows.length === 0
    ? [paint.dim('no tables: everything is in the log')]
    : [paint.bold(head), ...rows];
}

function filesText({ tables, tableBytes, logs, logBytes, manifestBytes }: Facts['files']): string {
  return [
    `${counted(tables, 'table')} ${bytes(tableBytes)}`,
    `${counted(logs, 'log')} ${bytes(logBytes)}`,
    `manifest ${bytes(manifestBytes)}`,
  ].join(', ');
}

function surveyLines(facts: Facts, survey: Survey, paint: Painter): string[] {
  const { live, keys, values, blocks } = survey;
  const fact = factLine(paint);
  const stored = storedEntries(survey);
  const lines = [
    fact(
      'stored',
      `${counted(stored, 'version')}, ${count(storedTombstones(survey))} of them deletions`,
    ),
  ];
  if (live !== undefined) {
    const dead = deadEntries(survey) ?? 0;
    const share = stored === 0 ? 0 : dead / stored;
    lines.push(
      fact(
        'live',
        `${counted(live.entries, 'entry', 'entries')}, ${bytes(live.bytes)} of keys and values`,
      ),
      fact('dead', `${count(dead)} overwritten, deleted, or deletions: ${percent(share)}`),
    );
    if (live.bytes > 0) {
      const factor = (facts.files.tableBytes + facts.files.logBytes) / live.bytes;
      lines.push(fact('disk', `${factor.toFixed(2)} bytes for each byte of live keys and values`));
    }
  }
  lines.push('', ...histogramLines('key sizes', keys, paint));
  lines.push('', ...histogramLines('value sizes', values, paint));
  if (blocks.stored.count > 0) {
    lines.push('', ...histogramLines('block sizes in the file', blocks.stored, paint));
    const ratio = blocks.stored.total / Math.max(1, blocks.contents.total);
    lines.push(
      paint.dim(
        `  ${count(Math.round(blocks.entries.mean))} entries a block; ` +
          `${percent(ratio)} of the size of keys and values`,
      ),
    );
  }
  return lines;
}

function histogramLines(title: string, histogram: Histogram, paint: Painter): string[] {
  const { buckets, mean, largest, smallest } = histogram;
  if (histogram.count === 0) return [`${paint.bold(title)}  none`];
  const most = Math.max(...buckets.map((bucket) => bucket.count));
  const range = `${bytes(smallest)} to ${bytes(largest)}, ${bytes(mean)} on average`;
  return [
    `${paint.bold(title)}  ${range}`,
    ...buckets.map((bucket) => {
      const length = bucket.count === 0 ? 0 : Math.max(1, Math.round((BAR * bucket.count) / most));
      const bar = paint.cyan('█'.repeat(length)) + ' '.repeat(BAR - length);
      const share = percent(bucket.count / histogram.count);
      return `  ${bucketText(bucket).padStart(17)}  ${bar} ${count(bucket.count).padStart(12)} ${share.padStart(5)}`;
    }),
  ];
}

/** The sizes of a bucket: "64 – 79 B". */
export function bucketText({ from, to }: Bucket): string {
  if (to - from <= 1) return `${from} B`;
  if (to <= 1024) return `${from} – ${to - 1} B`;
  const [unit, scale] = to <= 2 ** 20 ? ['KiB', 1024] : ['MiB', 2 ** 20];
  const short = (size: number): string => String(Number((size / scale).toFixed(2)));
  return `${short(from)} – ${short(to)} ${unit}`;
}

function orUnknown(value: number | undefined): string {
  return value === undefined ? '?' : count(value);
}
