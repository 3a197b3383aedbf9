// Goal:   what is made for Level runs on this database as it is on npm.
// Method: each does its work on this one and on classic-level: both must answer the same, and the
//         answers that can be told beforehand are.
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { JumpLevel } from '@jump/level';
import type { AbstractLevel } from 'abstract-level';
import { ClassicLevel } from 'classic-level';
import { InvertedIndex } from 'fergies-inverted-index';
import { Quadstore } from 'quadstore';
import { DataFactory } from 'rdf-data-factory';
import { SearchIndex } from 'search-index';
import { afterAll, expect, test, vi } from 'vitest';

vi.setConfig({ testTimeout: 60_000 });

const root = mkdtempSync(join(tmpdir(), 'jump-level-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let stores = 0;
const fresh = (): string => join(root, `store-${stores++}`);

type Database = new (location: string) => AbstractLevel<string | Buffer | Uint8Array>;

/** Does the same on both; what it returns must be the same. */
async function onBoth<T>(work: (Level: Database) => Promise<T>): Promise<T> {
  const ours = await work(JumpLevel);
  expect(ours).toEqual(await work(ClassicLevel));
  return ours;
}

const people = ['ada analyst 1815', 'grace admiral 1906', 'alan analyst 1912', 'edsger dean 1930']
  .map((line) => line.split(' '))
  .map(([name, job, born], i) => ({ _id: i, name, job, born: Number(born) }));

async function openIndex(Level: Database, name: string): Promise<InvertedIndex> {
  const index = new InvertedIndex({ Level, name });
  await once(index.EVENTS, 'ready');
  return index;
}

test('fergies-inverted-index 13', async () => {
  const ids = (found: readonly unknown[]): unknown[] => found.map((one) => (one as { _id: 1 })._id);
  const answers = await onBoth(async (Level) => {
    const name = fresh();
    const index = await openIndex(Level, name);
    await index.PUT(people);
    const { job, born } = { job: 'job:analyst', born: { FIELD: 'born', VALUE: { GTE: 1900 } } };
    const found = {
      and: await index.AND([job, born]),
      or: await index.OR([job, born]),
      not: await index.NOT(await index.GET(job), await index.GET('name:ada')),
      buckets: await index.BUCKETS({ FIELD: ['job'], VALUE: 'analyst' }),
      facets: await index.FACETS({ FIELD: 'job' }),
      distinct: await index.DISTINCT({ FIELD: 'job' }),
      fields: await index.FIELDS(),
      deleted: await index.DELETE([2]),
      left: await index.OBJECT([{ _id: 0 }, { _id: 2 }]),
    };
    const exported = await index.EXPORT();
    await index.STORE.close();
    const again = await openIndex(Level, name);
    const reopened = await again.AND(['job:analyst']);
    await again.STORE.close();
    const copy = await openIndex(Level, fresh());
    await copy.IMPORT(exported);
    const imported = [await copy.EXIST(0, 1, 2), await copy.AND(['job:analyst'])];
    await copy.STORE.close();
    // When an index was made, it says too.
    const dated = (key: unknown): boolean => /CREATED|UPDATED/.test(String(key));
    return { ...found, exported: exported.filter(({ key }) => !dated(key)), reopened, imported };
  });
  expect(ids(answers.and)).toEqual([2]);
  expect(ids(answers.or).sort()).toEqual([0, 1, 2, 3]);
  expect(ids(answers.not)).toEqual([2]);
  expect(answers.fields).toEqual(['born', 'job', 'name']);
  expect(answers.left).toEqual([{ _id: 0, _object: people[0] }, { _id: 2 }]);
  expect(ids(answers.reopened)).toEqual([0]);
  expect(answers.imported[0]).toEqual([0, 1]);
});

test('search-index 6', async () => {
  const titles = {
    1: 'The log-structured merge-tree',
    2: 'Space/time trade-offs in hash coding with allowable errors',
    3: 'Organization and maintenance of large ordered indexes: the B-tree',
    4: 'Skip lists: a probabilistic alternative to balanced trees',
  };
  const years = [1996, 1970, 1970, 1990];
  const documents = Object.entries(titles).map(([id, title], i) => ({
    _id: Number(id),
    title,
    year: years[i],
  }));
  const { found, reopened, ...answers } = await onBoth(async (Level) => {
    const name = fresh();
    const index = new SearchIndex({ Level, name });
    await index.VERSION_VALIDATED;
    await index.PUT(documents);
    const seventies = { FIELD: 'year', VALUE: 1970 };
    const queries = ['tree', { AND: ['tree', seventies] }, { OR: ['hash', 'lists'] }];
    const without = { NOT: { INCLUDE: seventies, EXCLUDE: 'coding' } };
    const found = [];
    for (const query of [...queries, without]) {
      found.push(await index.QUERY(query, { DOCUMENTS: true }));
    }
    const told = {
      words: await index.DICTIONARY(),
      facets: await index.FACETS({ FIELD: 'year' }),
      count: await index.DOCUMENT_COUNT(),
    };
    await index.DELETE(1);
    await index.INDEX.STORE.close();
    const again = new SearchIndex({ Level, name });
    await once(again.EVENTS, 'ready');
    const reopened = [await again.QUERY('tree'), await again.QUERY('hash')];
    const left = await again.ALL_DOCUMENTS();
    await again.INDEX.STORE.close();
    return { ...told, found, reopened, left };
  });
  const ids = found.map(({ RESULT }) => RESULT.map(({ _id }) => _id).sort());
  expect(ids).toEqual([[1, 3], [3], [2, 4], [3]]);
  expect(found[1]?.RESULT[0]?._doc).toEqual(documents[2]);
  expect(answers.count).toBe(4);
  expect(answers.words.RESULT).toContain('probabilistic');
  expect(reopened.map(({ RESULT }) => RESULT.map(({ _id }) => _id))).toEqual([[3], [2]]);
  expect(answers.left).toHaveLength(3);
});

const df = new DataFactory();
const name = (text: string) => df.namedNode(`http://example.org/${text}`);
const knows = (from: number, to: number) =>
  df.quad(name(`person${from}`), name('knows'), name(`person${to}`), name(`graph${from % 3}`));
const ages = (of: number) =>
  df.quad(name(`person${of}`), name('age'), df.literal(String(of), INTEGER), df.defaultGraph());
const INTEGER = df.namedNode('http://www.w3.org/2001/XMLSchema#integer');

test('quadstore 15', async () => {
  const quads = Array.from({ length: 200 }, (_, i) => [knows(i, i + 1), ages(i)]).flat();
  const answers = await onBoth(async (Level) => {
    const location = fresh();
    const store = new Quadstore({ backend: new Level(location), dataFactory: df });
    await store.open();
    await store.multiPut(quads.slice(0, 100));
    const { iterator } = await store.getStream({});
    expect(await iterator.toArray()).toHaveLength(100);
    await store.multiPut(quads.slice(100));
    const between = { gte: df.literal('50', INTEGER), lt: df.literal('60', INTEGER) };
    const found = {
      of: await store.get({ subject: name('person7') }),
      in: await store.get({ graph: name('graph1') }, { limit: 5, reverse: true }),
      range: await store.get({
        predicate: name('age'),
        object: { termType: 'Range', ...between },
      } as never),
      sorted: await store.get({ predicate: name('age') }, { order: ['object'] }),
      count: await store.countQuads(undefined, name('knows')),
      size: typeof (await store.getApproximateSize({})).approximateSize,
    };
    await store.patch(ages(7), ages(1007));
    await store.multiDel([knows(0, 1), knows(1, 2)]);
    const removed = store.removeMatches(undefined, undefined, undefined, name('graph2'));
    await once(removed, 'end');
    const scope = await store.initScope();
    await store.put(df.quad(df.blankNode('b1'), name('knows'), df.blankNode('b1')), { scope });
    await store.close();
    const again = new Quadstore({ backend: new Level(location), dataFactory: df });
    await again.open();
    await again.loadScope(scope.id);
    const left = await again.match(undefined, name('knows')).toArray();
    const [age] = (await again.get({ object: df.literal('1007', INTEGER) })).items;
    await again.clear();
    const { items } = await again.get({});
    await again.close();
    return { ...found, left: left.length, age, items };
  });
  const objects = answers.range.items.map(({ object }) => object.value);
  expect(objects).toEqual(Array.from({ length: 10 }, (_, i) => String(50 + i)));
  expect(answers.of.items).toHaveLength(2);
  expect(answers.in.items.map(({ graph }) => graph.value)).toEqual(
    Array(5).fill(name('graph1').value),
  );
  expect(answers.sorted.items).toHaveLength(200);
  expect(answers.size).toBe('number');
  // 200, without two, without a third of them, and one more.
  expect(answers.left).toBe(200 - 2 - 66 + 1);
  expect(answers.age?.subject.value).toBe(name('person1007').value);
  expect(answers.items).toEqual([]);
});
