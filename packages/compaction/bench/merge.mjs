// Merging sorted cursors: what a step costs, for three structures, by number and mixture of
// children.
// `node packages/compaction/bench/merge.mjs` after `npm run build`. Nanoseconds an entry, best of five.
//
//   ours      mergeCursors(): an ordered array, one comparison while the same child stays nearest
//   heap      a binary heap with a remembered rival
//   loser     a loser tree (Knuth, volume 3, 5.4.1): log2(k) comparisons each step, always
import { compareInternalKeys, encodeInternalKey, KIND_VALUE } from '@jump/base';
import { mergeCursors } from '@jump/compaction';

const ENTRIES = 400_000;

/** Entries of 16-byte keys in one array of bytes: as cheap a child as there can be. */
class PackedCursor {
  valid = false;
  keyStart = 0;
  keyEnd = 0;
  valueStart = 0;
  valueEnd = 0;
  constructor(bytes, count) {
    this.keyBytes = bytes;
    this.valueBytes = bytes;
    this.end = count * 24;
  }
  stand(at) {
    this.keyStart = at;
    this.keyEnd = at + 24;
    this.valueStart = at;
    this.valueEnd = at + 16;
    this.valid = at >= 0 && at < this.end;
    return this.valid;
  }
  first() {
    return this.stand(0);
  }
  last() {
    return this.stand(this.end - 24);
  }
  next() {
    return this.stand(this.keyStart + 24);
  }
  previous() {
    return this.stand(this.keyStart - 24);
  }
  seek() {
    throw new Error('not needed here');
  }
  close() {}
}

const compare = (a, b) =>
  compareInternalKeys(a.keyBytes, a.keyStart, a.keyEnd, b.keyBytes, b.keyStart, b.keyEnd);

class Rival {
  constructor(children) {
    this.children = children;
  }
  show(child) {
    this.keyBytes = child.keyBytes;
    this.keyStart = child.keyStart;
    this.keyEnd = child.keyEnd;
    this.valueBytes = child.valueBytes;
    this.valueStart = child.valueStart;
    this.valueEnd = child.valueEnd;
    return true;
  }
}

class Heap extends Rival {
  first() {
    this.heap = this.children.filter((child) => child.first());
    for (let i = this.heap.length >> 1; i >= 0; i--) this.sink(i);
    return this.heap.length > 0 && this.show(this.heap[0]);
  }
  next() {
    const { heap } = this;
    const top = heap[0];
    if (!top.next()) {
      const last = heap.pop();
      if (heap.length === 0) return false;
      if (last !== top) heap[0] = last;
      this.sink(0);
      this.rival = undefined;
    } else if (heap.length > 1) {
      this.rival ??= heap.length > 2 && compare(heap[2], heap[1]) < 0 ? heap[2] : heap[1];
      if (compare(top, this.rival) > 0) {
        this.sink(0);
        this.rival = undefined;
      }
    }
    return this.show(heap[0]);
  }
  sink(start) {
    const { heap } = this;
    const child = heap[start];
    let at = start;
    for (;;) {
      let next = 2 * at + 1;
      if (next >= heap.length) break;
      if (next + 1 < heap.length && compare(heap[next + 1], heap[next]) < 0) next++;
      if (compare(child, heap[next]) <= 0) break;
      heap[at] = heap[next];
      at = next;
    }
    heap[at] = child;
  }
}

class LoserTree extends Rival {
  first() {
    for (const child of this.children) child.first();
    const k = this.children.length;
    this.losers = new Int32Array(k).fill(-1);
    for (let i = 0; i < k; i++) this.play(i, true);
    return this.show(this.children[this.losers[0]]);
  }
  less(a, b) {
    const [x, y] = [this.children[a], this.children[b]];
    if (!x.valid) return false;
    return !y.valid || compare(x, y) < 0;
  }
  play(leaf, build) {
    const { losers, children } = this;
    let winner = leaf;
    for (let at = (leaf + children.length) >> 1; at > 0; at >>= 1) {
      const other = losers[at];
      if (build && other < 0) {
        losers[at] = winner;
        return;
      }
      if (this.less(other, winner)) {
        losers[at] = winner;
        winner = other;
      }
    }
    losers[0] = winner;
  }
  next() {
    const leaf = this.losers[0];
    this.children[leaf].next();
    this.play(leaf, false);
    const child = this.children[this.losers[0]];
    return child.valid && this.show(child);
  }
}

/** Deals keys out to k children: `mixed` alike, `levels` each ten times the one before, `runs` of 100. */
function children(k, mixture) {
  let seed = 1;
  const random = () => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return seed / 2 ** 32;
  };
  const hands = Array.from({ length: k }, () => []);
  for (let i = 0; i < ENTRIES; i++) {
    const name = new TextEncoder().encode(String(i).padStart(16, '0'));
    const key = encodeInternalKey(name, i + 1, KIND_VALUE);
    let hand = Math.floor(random() * k);
    if (mixture === 'levels') hand = Math.min(k - 1, Math.floor(-Math.log10(random())));
    if (mixture === 'runs') hand = Math.floor(i / 100) % k;
    hands[hand].push(key);
  }
  return hands.map((keys) => {
    const bytes = new Uint8Array(keys.length * 24);
    for (const [i, key] of keys.entries()) bytes.set(key, i * 24);
    return new PackedCursor(bytes, keys.length);
  });
}

function measure(make, k, mixture) {
  let best = Number.POSITIVE_INFINITY;
  const merged = make(children(k, mixture));
  for (let round = 0; round < 5; round++) {
    const start = process.hrtime.bigint();
    let count = 0;
    let sum = 0;
    for (let more = merged.first(); more; more = merged.next()) {
      count++;
      sum += merged.keyBytes[merged.keyEnd - 9];
    }
    const ns = Number(process.hrtime.bigint() - start) / ENTRIES;
    if (count !== ENTRIES || sum === 0) throw new Error(`${count} of ${ENTRIES} entries`);
    best = Math.min(best, ns);
  }
  return best.toFixed(0).padStart(7);
}

console.log('children mixture     ours    heap   loser   (ns an entry)');
for (const k of [1, 2, 5, 9, 33, 200]) {
  for (const mixture of ['mixed', 'levels', 'runs']) {
    const row = [
      measure((list) => mergeCursors(list), k, mixture),
      measure((list) => new Heap(list), k, mixture),
      measure((list) => new LoserTree(list), k, mixture),
    ];
    console.log(`${String(k).padStart(8)} ${mixture.padEnd(8)} ${row.join(' ')}`);
  }
}
