/** The sidebar of the guide. */
import { readdirSync, readFileSync } from 'node:fs';

interface Group {
  text: string;
  collapsed?: boolean;
  items: { text: string; link: string }[];
}

const GUIDE = new URL('../guide/', import.meta.url);

const groups: Group[] = [
  {
    text: 'Start',
    items: [
      { text: 'Start in five minutes', link: '/guide/' },
      { text: 'Scans and snapshots', link: '/guide/iteration' },
      { text: 'What survives what', link: '/guide/durability' },
      { text: 'Backups and repair', link: '/guide/backup-and-repair' },
      { text: 'Tuning', link: '/guide/tuning' },
      { text: 'Choosing a compaction strategy', link: '/guide/choosing-a-strategy' },
      { text: 'Node, Bun and Deno', link: '/guide/runtimes' },
      { text: 'Bundlers and single executables', link: '/guide/bundlers' },
    ],
  },
  {
    text: 'Moving here',
    items: [
      { text: 'From level or classic-level', link: '/guide/from-level' },
      { text: 'From lmdb', link: '/guide/from-lmdb' },
      { text: 'From better-sqlite3', link: '/guide/from-better-sqlite3' },
      { text: 'From the Python JumpDB', link: '/guide/from-python' },
    ],
  },
  {
    text: 'The tour',
    items: [
      { text: 'Overview', link: '/guide/tour/' },
      { text: 'The memtable', link: '/guide/tour/memtable' },
      { text: 'The log', link: '/guide/tour/log' },
      { text: 'The table', link: '/guide/tour/table' },
      { text: 'The jump', link: '/guide/tour/jump' },
      { text: 'The filter', link: '/guide/tour/filter' },
      { text: 'Compaction', link: '/guide/tour/compaction' },
      { text: 'The manifest', link: '/guide/tour/manifest' },
    ],
  },
  {
    text: 'Tools and files',
    items: [
      { text: 'The command line', link: '/guide/command-line' },
      { text: 'The files of a store', link: '/guide/formats' },
      { text: 'Reading a table file', link: '/guide/reading-tables' },
      { text: 'A Chrome or Electron profile', link: '/guide/chromium' },
      { text: 'A Minecraft world', link: '/guide/minecraft' },
      { text: 'Each package alone', link: '/guide/packages' },
    ],
  },
  {
    text: 'Can it be trusted?',
    items: [
      { text: 'The durability protocol', link: '/guide/durability-protocol' },
      { text: 'What it was put through', link: '/reliability' },
      { text: 'What was measured', link: '/guide/measured' },
      { text: 'Where it is behind, and why', link: '/guide/behind' },
      { text: 'Every figure', link: '/guide/figures' },
    ],
  },
];

const links = new Set(groups.flatMap(({ items }) => items.map(({ link }) => link)));

/** Pages that are in no group yet: none is lost. */
const others = readdirSync(GUIDE)
  .filter((name) => name.endsWith('.md') && name !== 'index.md')
  .map((name) => ({ name, link: `/guide/${name.slice(0, -3)}` }))
  .filter(({ link }) => !links.has(link))
  .map(({ name, link }) => ({ text: titleOf(name), link }));

/** Takes the first heading of a page. */
function titleOf(name: string): string {
  const text = readFileSync(new URL(name, GUIDE), 'utf8');
  return /^# (.*)$/m.exec(text)?.[1] ?? name;
}

export const guide: Group[] =
  others.length === 0 ? groups : [...groups, { text: 'More', items: others }];
