// Draws the guide's pictures, which lie beside its pages: node docs/drawings/main.mjs
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { drawings } from './drawings.mjs';

for (const [path, draw] of Object.entries(drawings)) {
  const file = new URL(`../guide/${path}`, import.meta.url);
  mkdirSync(new URL('.', file), { recursive: true });
  writeFileSync(file, draw());
  console.log(fileURLToPath(file));
}
