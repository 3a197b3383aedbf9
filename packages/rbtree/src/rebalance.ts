/**
 * The balancing core: a red-black tree over an `Int32Array`, with neither keys nor values.
 *
 * A handle is the offset of a node in the array. The first three integers of a node are its links:
 *
 *   at  field
 *    0  left child
 *    1  right child
 *    2  parent | colour      red is 1; handles are even, so the lowest bit is free
 *
 * Offset 0 is the header, which is both the nil of CLRS and the root's parent: its left child is
 * the root. So a rotation needs no case for the root, whoever has the array has the tree, and 0
 * means "none". The header is black; its parent field is scratch space of {@link unlinkNode}.
 *
 * Rules: the root is black; no red node has a red child; every way from a node down to a nil meets
 * equally many black nodes. So no way is more than twice as long as another, and the height is at
 * most 2 log2(n + 1).
 *
 * Source: Cormen, Leiserson, Rivest, Stein, "Introduction to Algorithms", 3rd edition, chapter 13
 * (CLRS below). Left and right are mirrored by a variable `side`, 0 or 1, instead of twice the code.
 */

/** Offset of the left child in a node, and the side of a left child. */
export const LEFT = 0;
/** Offset of the right child in a node, and the side of a right child. */
export const RIGHT = 1;
/** Offset of the parent's handle, whose lowest bit is the node's colour. */
export const PARENT = 2;
/** The colour bit: set in red nodes. */
export const RED = 1;
/** Takes the colour away from a parent field. */
const HANDLE = ~RED;

/**
 * Lifts the child of `x` on the side other than `side` to the place of `x`, and `x` down to `side`.
 * Drawn for `side` = left, CLRS 13.2; the order of the keys stays.
 *
 *      x              y
 *     / \            / \
 *    a   y    =>    x   c
 *       / \        / \
 *      b   c      a   b
 */
function rotate(links: Int32Array, x: number, side: number): void {
  const y = links[x + 1 - side]!;
  const b = links[y + side]!;
  links[x + 1 - side] = b;
  // The header's parent field is in use while a deletion is mended: never write it here.
  if (b !== 0) links[b + PARENT] = x | (links[b + PARENT]! & RED);
  const up = links[x + PARENT]! & HANDLE;
  links[y + PARENT] = up | (links[y + PARENT]! & RED);
  if (links[up] === x) links[up] = y;
  else links[up + RIGHT] = y;
  links[y + side] = x;
  links[x + PARENT] = y | (links[x + PARENT]! & RED);
}

/**
 * Makes `node` the child of `parent` on `side`, where there is none yet, and balances the tree.
 * The first node of a tree is the left child of the header: `linkNode(links, node, 0, LEFT)`.
 */
export function linkNode(links: Int32Array, node: number, parent: number, side: number): void {
  links[node + LEFT] = 0;
  links[node + RIGHT] = 0;
  links[node + PARENT] = parent | RED;
  links[parent + side] = node;
  mendInsertion(links, node);
}

/**
 * Restores "no red node has a red child" after an insertion (CLRS 13.3; capitals are black).
 * Invariant of the loop: `n` is red, and the only broken rule lies between `n` and its parent `p`.
 *
 *   red uncle: recolour,        inner child: rotate p,     outer child: rotate G,
 *   go on from g                now it is outer            done
 *
 *        G          g                G           G               G          P
 *       / \   =>   / \              /           /               /    =>    / \
 *      p   u      P   U            p     =>    n               p          n   g
 *     /          /                  \         /               /
 *    n          n                    n       p               n
 */
function mendInsertion(links: Int32Array, node: number): void {
  let n = node;
  for (;;) {
    let p = links[n + PARENT]! & HANDLE;
    // Black, or the header: nothing is broken. A red parent is not the root, so it has a parent.
    if ((links[p + PARENT]! & RED) === 0) break;
    const g = links[p + PARENT]! & HANDLE;
    const side = links[g] === p ? LEFT : RIGHT;
    const u = links[g + 1 - side]!;
    if ((links[u + PARENT]! & RED) !== 0) {
      links[p + PARENT] = g;
      links[u + PARENT] = g;
      links[g + PARENT] = links[g + PARENT]! | RED;
      n = g;
      continue;
    }
    if (links[p + 1 - side] === n) {
      rotate(links, p, side);
      p = n;
    }
    links[p + PARENT] = links[p + PARENT]! & HANDLE;
    links[g + PARENT] = links[g + PARENT]! | RED;
    rotate(links, g, 1 - side);
    break;
  }
  // The root's parent is the header, 0: black and without parent is plain 0.
  links[links[LEFT]! + PARENT] = 0;
}

/** Puts `v`, which may be nil, in the place of `u` below the parent of `u`; CLRS 13.4's transplant. */
function transplant(links: Int32Array, u: number, v: number): void {
  const up = links[u + PARENT]! & HANDLE;
  if (links[up] === u) links[up] = v;
  else links[up + RIGHT] = v;
  // For nil this is the header's scratch field: where the mending begins.
  links[v + PARENT] = up | (links[v + PARENT]! & RED);
}

/**
 * Takes `node` out of the tree and balances it. No other node changes its handle.
 *
 * With two children, `node` is replaced by its successor `y`, which has no left child (CLRS 13.4);
 * what is then missing is a node of the colour of `y` above the old right child `x` of `y`.
 */
export function unlinkNode(links: Int32Array, node: number): void {
  const left = links[node + LEFT]!;
  const right = links[node + RIGHT]!;
  const fields = links[node + PARENT]!;
  let missing = fields & RED;
  let x: number;
  if (left === 0 || right === 0) {
    x = left === 0 ? right : left;
    transplant(links, node, x);
  } else {
    const y = leftmost(links, right);
    missing = links[y + PARENT]! & RED;
    x = links[y + RIGHT]!;
    if (y === right) {
      links[x + PARENT] = y | (links[x + PARENT]! & RED);
    } else {
      transplant(links, y, x);
      links[y + RIGHT] = right;
      links[right + PARENT] = y | (links[right + PARENT]! & RED);
    }
    transplant(links, node, y);
    links[y + LEFT] = left;
    links[left + PARENT] = y | (links[left + PARENT]! & RED);
    links[y + PARENT] = (links[y + PARENT]! & HANDLE) | (fields & RED);
  }
  if (missing !== RED) mendDeletion(links, x);
  links[PARENT] = 0;
}

/**
 * Restores equal black heights after a black node above `x` went (CLRS 13.4).
 * Invariant of the loop: every way through `x` lacks one black node, and nothing else is broken; so
 * the sibling `w` is never nil. Drawn for `x` on the left; capitals black, primes any colour.
 *
 *   1 red sibling: rotate P,      2 black nephews:        3 only the inner nephew red:
 *     now the sibling is black      redden w, go up         rotate W, now the outer one is
 *
 *       P             W            p'          p' (= x)     p'             p'
 *      / \           / \          / \         / \          / \            / \
 *     X   w    =>   p   D        X   W   =>  X   w        X   W     =>   X   C
 *        / \       / \              / \         / \          / \              \
 *       C   D     X   C            C   D       C   D        c   D              w
 *                                                                               \
 *   4 outer nephew red: rotate p, which supplies the missing black; done         D
 *
 *       p'              w'
 *      / \             / \
 *     X   W     =>    P   D
 *        / \         / \
 *       c'  d       X   c'
 */
function mendDeletion(links: Int32Array, node: number): void {
  let x = node;
  while (x !== links[LEFT] && (links[x + PARENT]! & RED) === 0) {
    const p = links[x + PARENT]! & HANDLE;
    const side = links[p] === x ? LEFT : RIGHT;
    const other = 1 - side;
    let w = links[p + other]!;
    if ((links[w + PARENT]! & RED) !== 0) {
      links[w + PARENT] = links[w + PARENT]! & HANDLE;
      links[p + PARENT] = links[p + PARENT]! | RED;
      rotate(links, p, side);
      w = links[p + other]!;
    }
    const inner = links[w + side]!;
    const outer = links[w + other]!;
    const outerRed = links[outer + PARENT]! & RED;
    if (outerRed === 0 && (links[inner + PARENT]! & RED) === 0) {
      links[w + PARENT] = links[w + PARENT]! | RED;
      x = p;
      continue;
    }
    if (outerRed === 0) {
      links[inner + PARENT] = links[inner + PARENT]! & HANDLE;
      links[w + PARENT] = links[w + PARENT]! | RED;
      rotate(links, w, other);
      w = inner;
    }
    links[w + PARENT] = (links[w + PARENT]! & HANDLE) | (links[p + PARENT]! & RED);
    links[p + PARENT] = links[p + PARENT]! & HANDLE;
    const nephew = links[w + other]!;
    links[nephew + PARENT] = links[nephew + PARENT]! & HANDLE;
    rotate(links, p, side);
    return;
  }
  links[x + PARENT] = links[x + PARENT]! & HANDLE;
}

/** The first node of the subtree of `node`, which is not 0. */
function leftmost(links: Int32Array, node: number): number {
  let n = node;
  for (let left = links[n + LEFT]!; left !== 0; left = links[n + LEFT]!) n = left;
  return n;
}

/** The last node of the subtree of `node`, which is not 0. */
function rightmost(links: Int32Array, node: number): number {
  let n = node;
  for (let right = links[n + RIGHT]!; right !== 0; right = links[n + RIGHT]!) n = right;
  return n;
}

/** Returns the first node, or 0 of an empty tree. O(log n). */
export function firstNode(links: Int32Array): number {
  const root = links[LEFT]!;
  return root === 0 ? 0 : leftmost(links, root);
}

/** Returns the last node, or 0 of an empty tree. O(log n). */
export function lastNode(links: Int32Array): number {
  const root = links[LEFT]!;
  return root === 0 ? 0 : rightmost(links, root);
}

/** Returns the node after `node` in order, or 0. O(log n), O(1) over a walk. */
export function nextNode(links: Int32Array, node: number): number {
  const right = links[node + RIGHT]!;
  if (right !== 0) return leftmost(links, right);
  let n = node;
  let up = links[n + PARENT]! & HANDLE;
  while (up !== 0 && links[up + RIGHT] === n) {
    n = up;
    up = links[n + PARENT]! & HANDLE;
  }
  return up;
}

/** Returns the node before `node` in order, or 0. O(log n), O(1) over a walk. */
export function previousNode(links: Int32Array, node: number): number {
  const left = links[node + LEFT]!;
  if (left !== 0) return rightmost(links, left);
  let n = node;
  let up = links[n + PARENT]! & HANDLE;
  while (up !== 0 && links[up + LEFT] === n) {
    n = up;
    up = links[n + PARENT]! & HANDLE;
  }
  return up;
}
