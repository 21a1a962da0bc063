/**
 * Sine, cosine and arc sine, rounded as the C library rounds them in all but a handful of cases. JavaScript engines may
 * be wrong in the last digit, and distances that GEOSEARCHSTORE keeps as scores are printed with all of theirs. The
 * numbers are computed as unevaluated sums of two doubles (T. J. Dekker, A floating-point technique for extending the
 * available precision, 1971), and rounded once at the end.
 */

/** high + low, low being less than the last digit of high. */
interface Pair {
  readonly high: number;
  readonly low: number;
}

/** Arguments beyond this are not for geography; the engine's functions do. */
const LIMIT = 4;
/** A double is cut into halves of 26 bits by this factor. */
const SPLITTER = 2 ** 27 + 1;

const HALF_PI = Math.PI / 2;
/** What is missing in HALF_PI, and what is missing then. */
const HALF_PI_REST: Pair = { high: 6.123233995736766e-17, low: -1.4973849048591833e-33 };

/** Enough terms of the series for 70 bits where the argument is less than pi / 4. */
const LAST_TERM = 23;
const ONE: Pair = { high: 1, low: 0 };
/** 1 / n! */
const RECIPROCAL_FACTORIALS: readonly Pair[] = reciprocalFactorials();

export function sine(angle: number): number {
  if (!(Math.abs(angle) <= LIMIT) || angle === 0) return Math.sin(angle);
  const { high, low } = sinePair(angle);
  return high + low;
}

export function cosine(angle: number): number {
  if (!(Math.abs(angle) <= LIMIT)) return Math.cos(angle);
  const { high, low } = cosinePair(angle);
  return high + low;
}

/** One step of Newton's method makes the engine's result exact enough. */
export function arcSine(value: number): number {
  const estimate = Math.asin(value);
  if (!(Math.abs(value) < 1) || value === 0) return estimate;
  const { high, low } = sinePair(estimate);
  return estimate + (value - high - low) / cosinePair(estimate).high;
}

function sinePair(angle: number): Pair {
  const { quadrant, rest } = reduced(angle);
  const result = (quadrant & 1) === 0 ? sineSeries(rest) : cosineSeries(rest);
  return (quadrant & 2) === 0 ? result : negated(result);
}

function cosinePair(angle: number): Pair {
  const { quadrant, rest } = reduced(angle);
  const result = (quadrant & 1) === 0 ? cosineSeries(rest) : sineSeries(rest);
  return ((quadrant + 1) & 2) === 0 ? result : negated(result);
}

/** angle = quadrant * pi / 2 + rest, the rest being at most pi / 4. */
function reduced(angle: number): { readonly quadrant: number; readonly rest: Pair } {
  const turns = Math.round(angle / HALF_PI);
  if (turns === 0) return { quadrant: 0, rest: { high: angle, low: 0 } };
  // Exact: both are close to each other, and the product has few digits more.
  const product = productOf(turns, HALF_PI);
  const first = sumOf(angle - product.high, -product.low);
  const second = productOf(turns, HALF_PI_REST.high);
  const rest = add(first, { high: -second.high, low: -second.low - turns * HALF_PI_REST.low });
  return { quadrant: turns & 3, rest };
}

function sineSeries(x: Pair): Pair {
  return multiply(x, evenSeries(multiply(x, x), 1));
}

function cosineSeries(x: Pair): Pair {
  return evenSeries(multiply(x, x), 0);
}

/** 1/first! - square/(first+2)! + square^2/(first+4)! ... */
function evenSeries(square: Pair, first: 0 | 1): Pair {
  let term = LAST_TERM - 1 + first;
  let sum = RECIPROCAL_FACTORIALS[term]!;
  for (term -= 2; term >= 0; term -= 2) {
    sum = add(RECIPROCAL_FACTORIALS[term]!, negated(multiply(square, sum)));
  }
  return sum;
}

function reciprocalFactorials(): Pair[] {
  const found: Pair[] = [ONE];
  for (let n = 1; n <= LAST_TERM; n++) found.push(divide(found[n - 1]!, n));
  return found;
}

function negated({ high, low }: Pair): Pair {
  return { high: -high, low: -low };
}

function sumOf(a: number, b: number): Pair {
  const high = a + b;
  const other = high - a;
  return { high, low: a - (high - other) + (b - other) };
}

function productOf(a: number, b: number): Pair {
  const high = a * b;
  const scaledA = SPLITTER * a;
  const a1 = scaledA - (scaledA - a);
  const a2 = a - a1;
  const scaledB = SPLITTER * b;
  const b1 = scaledB - (scaledB - b);
  const b2 = b - b1;
  return { high, low: a1 * b1 - high + a1 * b2 + a2 * b1 + a2 * b2 };
}

function add(a: Pair, b: Pair): Pair {
  const { high, low } = sumOf(a.high, b.high);
  return sumOf(high, low + a.low + b.low);
}

function multiply(a: Pair, b: Pair): Pair {
  const { high, low } = productOf(a.high, b.high);
  return sumOf(high, low + a.high * b.low + a.low * b.high);
}

function divide(a: Pair, divisor: number): Pair {
  const quotient = a.high / divisor;
  const product = productOf(quotient, divisor);
  return sumOf(quotient, (a.high - product.high - product.low + a.low) / divisor);
}
