// Goal:   what Keyv asks of a store.
// Method: all of its own published tests, with Keyv 5, on a disk and in memory. Those of namespaces
//         need an adapter for each Keyv: the last one tells a shared adapter what `clear` is about.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { open } from '@jump/db';
import { KeyvJump } from '@jump/keyv';
import keyvTestSuite, { keyvApiTests, keyvIteratorTests, keyvValueTests } from '@keyv/test-suite';
import Keyv from 'keyv';
import * as vitest from 'vitest';

const { afterAll, describe } = vitest;
const root = mkdtempSync(join(tmpdir(), 'jump-keyv-'));
const disk = open(join(root, 'open'));
const memory = open(':memory:');
const shared = new KeyvJump(join(root, 'shared'));
afterAll(async () => {
  await shared.disconnect();
  memory.close();
  disk.close();
  rmSync(root, { recursive: true, force: true });
});

describe.each([
  ['on a disk', () => new KeyvJump(disk, { sweepInterval: 0 })],
  ['in memory', () => new KeyvJump(memory, { sweepInterval: 0 })],
])('%s', (_, store) => {
  describe('api, values and namespaces', () => keyvTestSuite(vitest, Keyv, store));
  describe('iterator', () => keyvIteratorTests(vitest, Keyv, store));
});

describe('one adapter for all', () => {
  describe('api', () => keyvApiTests(vitest, Keyv, () => shared));
  describe('values', () => keyvValueTests(vitest, Keyv, () => shared));
  describe('iterator', () => keyvIteratorTests(vitest, Keyv, () => shared));
});
