/**
 * Sorts as much of an array as is asked for. What is equal comes out in the order in which Redis leaves it (pqsort.c):
 * a quicksort that collects what equals its pivot (Bentley and McIlroy, Engineering a sort function, 1993).
 */

export type Compare<Item> = (a: Item, b: Item) => number;

const INSERTION_SORT_BELOW = 7;
const PSEUDO_MEDIAN_ABOVE = 40;

/** Brings the smallest `count` items to the front, in order. */
export function sortFirst<Item>(items: Item[], count: number, compare: Compare<Item>): void {
  sortBetween(items, 0, count - 1, compare);
}

/** Brings to the places `first` to `last` what belongs there, in order. */
export function sortBetween<Item>(items: Item[], first: number, last: number, compare: Compare<Item>): void {
  sortRange(items, 0, items.length, { first, last }, compare);
}

interface Wanted {
  readonly first: number;
  readonly last: number;
}

function sortRange<Item>(
  items: Item[],
  start: number,
  length: number,
  wanted: Wanted,
  compare: Compare<Item>,
): void {
  if (length < INSERTION_SORT_BELOW) {
    insertionSort(items, start, length, compare);
    return;
  }
  swap(items, start, pivotOf(items, start, length, compare));
  const pivot = items[start]!;
  const end = start + length;
  // Equal ones are gathered at both ends: up to `equalLeft` and from behind `equalRight` on.
  let equalLeft = start + 1;
  let left = start + 1;
  let right = end - 1;
  let equalRight = end - 1;
  for (;;) {
    for (let order = 0; left <= right; left++) {
      order = compare(items[left]!, pivot);
      if (order > 0) break;
      if (order === 0) swap(items, equalLeft++, left);
    }
    for (let order = 0; left <= right; right--) {
      order = compare(items[right]!, pivot);
      if (order < 0) break;
      if (order === 0) swap(items, right, equalRight--);
    }
    if (left > right) break;
    swap(items, left++, right--);
  }
  const movedLeft = Math.min(equalLeft - start, left - equalLeft);
  swapRuns(items, start, left - movedLeft, movedLeft);
  const movedRight = Math.min(equalRight - right, end - 1 - equalRight);
  swapRuns(items, left, end - movedRight, movedRight);
  const smaller = left - equalLeft;
  if (smaller > 1 && isWanted(wanted, start, smaller)) sortRange(items, start, smaller, wanted, compare);
  const greater = equalRight - right;
  if (greater > 1 && isWanted(wanted, end - greater, greater))
    sortRange(items, end - greater, greater, wanted, compare);
}

function isWanted({ first, last }: Wanted, start: number, length: number): boolean {
  return start <= last && start + length > first;
}

function insertionSort<Item>(items: Item[], start: number, length: number, compare: Compare<Item>): void {
  for (let next = start + 1; next < start + length; next++) {
    for (let place = next; place > start && compare(items[place - 1]!, items[place]!) > 0; place--) {
      swap(items, place, place - 1);
    }
  }
}

function pivotOf<Item>(
  items: readonly Item[],
  start: number,
  length: number,
  compare: Compare<Item>,
): number {
  const middle = start + (length >> 1);
  if (length === INSERTION_SORT_BELOW) return middle;
  const last = start + length - 1;
  if (length <= PSEUDO_MEDIAN_ABOVE) return medianOf(items, start, middle, last, compare);
  const eighth = length >> 3;
  return medianOf(
    items,
    medianOf(items, start, start + eighth, start + 2 * eighth, compare),
    medianOf(items, middle - eighth, middle, middle + eighth, compare),
    medianOf(items, last - 2 * eighth, last - eighth, last, compare),
    compare,
  );
}

function medianOf<Item>(
  items: readonly Item[],
  a: number,
  b: number,
  c: number,
  compare: Compare<Item>,
): number {
  const order = (one: number, other: number): number => compare(items[one]!, items[other]!);
  if (order(a, b) < 0) return order(b, c) < 0 ? b : order(a, c) < 0 ? c : a;
  return order(b, c) > 0 ? b : order(a, c) < 0 ? a : c;
}

function swapRuns<Item>(items: Item[], from: number, to: number, length: number): void {
  for (let index = 0; index < length; index++) swap(items, from + index, to + index);
}

function swap<Item>(items: Item[], a: number, b: number): void {
  const item = items[a]!;
  items[a] = items[b]!;
  items[b] = item;
}
