import { defineConfig } from 'vitepress';
import api from '../api/typedoc-sidebar.json' with { type: 'json' };

const guide = [
  { text: 'Getting started', link: '/guide/' },
  { text: 'Coming from the Python JumpDB', link: '/guide/from-python' },
];

export default defineConfig({
  title: 'JumpDB',
  description: "An embedded, ordered key-value store in pure TypeScript that keeps LevelDB's files",
  cleanUrls: true,
  srcExclude: ['examples/**'],
  themeConfig: {
    search: { provider: 'local' },
    nav: [
      { text: 'Guide', link: '/guide/' },
      { text: 'API', link: '/api/' },
    ],
    sidebar: { '/guide/': [{ text: 'Guide', items: guide }], '/api/': api },
  },
});
