/**
 * Grisu2 (Florian Loitsch, "Printing Floating-Point Numbers Quickly and Accurately with Integers", 2010): the digits
 * that Redis 7.2 prints of a double. For about one double in two thousand they are not the shortest ones or not the
 * closest, as JavaScript's are. 64-bit integers are pairs of 32-bit halves here: BigInt is ten times slower.
 */
import { bitLength, shiftRightRounded } from './rounding.js';

/** digits * 10^exponent, the digits read as one integer without leading zero. */
export interface DecimalDigits {
  digits: string;
  exponent: number;
}

const TWO_32 = 0x1_0000_0000;

/** Powers of ten are cached in steps of eight, from 10^-348 on. */
const FIRST_POWER = -348;
const POWER_STEP = 8;
const POWER_COUNT = 87;
const LOG10_OF_2 = 0.30102999566398114;

/** After the multiplication the binary exponent is in this range, so that the integer part has 32 bits. */
const MIN_SCALED_EXPONENT = -60;
const MAX_SCALED_EXPONENT = -32;

interface CachedPower {
  readonly high: number;
  readonly low: number;
  readonly exponent: number;
}

const cachedPowers: CachedPower[] = [];
const view = new DataView(new ArrayBuffer(8));

// Results of the functions below that return a 64-bit integer.
let high = 0;
let low = 0;

/** The decimal digits of a finite `value` greater than zero. */
export function grisu2(value: number): DecimalDigits {
  view.setFloat64(0, value);
  const topBits = view.getUint32(0);
  const biasedExponent = topBits >>> 20;
  const fractionHigh = (topBits & 0xfffff) | (biasedExponent === 0 ? 0 : 0x100000);
  const fractionLow = view.getUint32(4);
  const isPowerOfTwo = fractionHigh === 0x100000 && fractionLow === 0;

  // The value with its top bit at 63, and the distance to the middle between it and its neighbours.
  const shift = fractionHigh === 0 ? 32 + Math.clz32(fractionLow) : Math.clz32(fractionHigh);
  const exponent = (biasedExponent === 0 ? 1 : biasedExponent) - 1075 - shift;
  shiftLeft(fractionHigh, fractionLow, shift);
  const valueHigh = high;
  const valueLow = low;
  shiftLeft(0, 1, shift - 1);
  add(valueHigh, valueLow, high, low);
  const upperHigh = high;
  const upperLow = low;
  shiftLeft(0, 1, isPowerOfTwo ? shift - 2 : shift - 1);
  subtract(valueHigh, valueLow, high, low);
  const lowerHigh = high;
  const lowerLow = low;

  const powerIndex = findPower(exponent);
  const power = cachedPower(powerIndex);
  multiply(valueHigh, valueLow, power);
  const scaledHigh = high;
  const scaledLow = low;
  multiply(upperHigh, upperLow, power);
  subtract(high, low, 0, 1); // one unit inwards, as the products are not exact
  const topHigh = high;
  const topLow = low;
  multiply(lowerHigh, lowerLow, power);
  add(high, low, 0, 1);
  subtract(topHigh, topLow, high, low);
  const deltaHigh = high;
  const deltaLow = low;
  subtract(topHigh, topLow, scaledHigh, scaledLow);

  const fractionBits = -(exponent + power.exponent + 64);
  const generated = generateDigits(topHigh, topLow, fractionBits, deltaHigh, deltaLow, high, low);
  generated.exponent -= FIRST_POWER + powerIndex * POWER_STEP;
  return generated;
}

/**
 * The fewest digits of top that are within delta of it, then moved as close to the value as these digits allow.
 * `distance` is how far the value is under top.
 */
function generateDigits(
  topHigh: number,
  topLow: number,
  fractionBits: number,
  deltaHigh: number,
  deltaLow: number,
  distanceHigh: number,
  distanceLow: number,
): DecimalDigits {
  const highBits = fractionBits - 32;
  let whole = topHigh >>> highBits;
  let restHigh = topHigh & ((1 << highBits) - 1);
  let restLow = topLow;
  let digits = '';
  let exponent = 10;

  for (let divisor = 1_000_000_000; exponent > 0; divisor /= 10) {
    const digit = Math.floor(whole / divisor);
    whole -= digit * divisor;
    exponent--;
    const remainderHigh = whole * 2 ** highBits + restHigh;
    if (isLess(deltaHigh, deltaLow, remainderHigh, restLow)) {
      if (digit !== 0 || digits !== '') digits += digit;
      continue;
    }
    const unitHigh = divisor * 2 ** highBits;
    const steps = stepsDown(remainderHigh, restLow, deltaHigh, deltaLow, unitHigh, distanceHigh, distanceLow);
    return { digits: digits + (digit - steps), exponent };
  }

  for (;;) {
    timesTen(restHigh, restLow);
    const digit = Math.floor(high / 2 ** highBits);
    restHigh = high - digit * 2 ** highBits;
    restLow = low;
    timesTen(deltaHigh, deltaLow);
    deltaHigh = high;
    deltaLow = low;
    timesTen(distanceHigh, distanceLow);
    distanceHigh = high;
    distanceLow = low;
    exponent--;
    if (!isLess(restHigh, restLow, deltaHigh, deltaLow)) {
      if (digit !== 0 || digits !== '') digits += digit;
      continue;
    }
    const steps = stepsDown(restHigh, restLow, deltaHigh, deltaLow, 2 ** highBits, distanceHigh, distanceLow);
    return { digits: digits + (digit - steps), exponent };
  }
}

/** By how many units (multiples of 2^32, given as the high half) the last digit goes down to come closest to the value, without leaving delta. */
function stepsDown(
  remainderHigh: number,
  remainderLow: number,
  deltaHigh: number,
  deltaLow: number,
  unitHigh: number,
  distanceHigh: number,
  distanceLow: number,
): number {
  let steps = 0;
  let restHigh = remainderHigh;
  let restLow = remainderLow;
  for (;;) {
    if (!isLess(restHigh, restLow, distanceHigh, distanceLow)) return steps;
    add(restHigh, restLow, unitHigh, 0);
    const nextHigh = high;
    const nextLow = low;
    if (isLess(deltaHigh, deltaLow, nextHigh, nextLow)) return steps;
    if (!isLess(nextHigh, nextLow, distanceHigh, distanceLow)) {
      subtract(distanceHigh, distanceLow, restHigh, restLow);
      const nowHigh = high;
      const nowLow = low;
      subtract(nextHigh, nextLow, distanceHigh, distanceLow);
      if (!isLess(high, low, nowHigh, nowLow)) return steps;
    }
    restHigh = nextHigh;
    restLow = nextLow;
    steps++;
  }
}

/** The index of a cached power that brings `exponent` into range; where two do, the one fpconv takes. */
function findPower(exponent: number): number {
  const decimalExponent = Math.trunc(-(exponent + POWER_COUNT) * LOG10_OF_2);
  let index = Math.trunc((decimalExponent - FIRST_POWER) / POWER_STEP);
  for (;;) {
    const scaled = exponent + cachedPower(index).exponent + 64;
    if (scaled < MIN_SCALED_EXPONENT) index++;
    else if (scaled > MAX_SCALED_EXPONENT) index--;
    else return index;
  }
}

/** 10^(FIRST_POWER + index * POWER_STEP), rounded to 64 bits. */
function cachedPower(index: number): CachedPower {
  let power = cachedPowers[index];
  if (power === undefined) {
    power = computePower(FIRST_POWER + index * POWER_STEP);
    cachedPowers[index] = power;
  }
  return power;
}

function computePower(decimalExponent: number): CachedPower {
  // 1500 bits more than needed, so that a negative power rounds as the exact one does
  const extraBits = decimalExponent < 0 ? 1500 : 0;
  const magnitude = 10n ** BigInt(Math.abs(decimalExponent));
  const scaled = decimalExponent < 0 ? (1n << BigInt(extraBits)) / magnitude : magnitude;
  const exponent = bitLength(scaled) - 64;
  const fraction = shiftRightRounded(scaled, exponent);
  return {
    high: Number(fraction >> 32n),
    low: Number(fraction & 0xffffffffn),
    exponent: exponent - extraBits,
  };
}

function isLess(aHigh: number, aLow: number, bHigh: number, bLow: number): boolean {
  return aHigh < bHigh || (aHigh === bHigh && aLow < bLow);
}

function add(aHigh: number, aLow: number, bHigh: number, bLow: number): void {
  const sum = aLow + bLow;
  low = sum >>> 0;
  high = aHigh + bHigh + (sum >= TWO_32 ? 1 : 0);
}

function subtract(aHigh: number, aLow: number, bHigh: number, bLow: number): void {
  low = (aLow - bLow) >>> 0;
  high = aHigh - bHigh - (aLow < bLow ? 1 : 0);
}

function timesTen(aHigh: number, aLow: number): void {
  const product = aLow * 10;
  low = product >>> 0;
  high = aHigh * 10 + Math.floor(product / TWO_32);
}

function shiftLeft(aHigh: number, aLow: number, bits: number): void {
  if (bits >= 32) {
    high = (aLow << (bits - 32)) >>> 0;
    low = 0;
  } else {
    high = ((aHigh << bits) | (aLow >>> (32 - bits))) >>> 0;
    low = (aLow << bits) >>> 0;
  }
}

/** The upper half of the 128-bit product, rounded half up. */
function multiply(aHigh: number, aLow: number, power: CachedPower): void {
  multiplyHalves(aLow, power.low);
  let middle = high + 0x8000_0000;
  multiplyHalves(aHigh, power.low);
  middle += low;
  let upper = high;
  multiplyHalves(aLow, power.high);
  middle += low;
  upper += high + Math.floor(middle / TWO_32);
  multiplyHalves(aHigh, power.high);
  add(high, low, Math.floor(upper / TWO_32), upper >>> 0);
}

/** The 64-bit product of two 32-bit integers, from products of 16-bit halves that are exact. */
function multiplyHalves(a: number, b: number): void {
  const aTop = a >>> 16;
  const aBottom = a & 0xffff;
  const bTop = b >>> 16;
  const bBottom = b & 0xffff;
  const bottom = aBottom * bBottom;
  const middle = aTop * bBottom + aBottom * bTop + Math.floor(bottom / 0x10000);
  low = (((middle % 0x10000) << 16) | (bottom & 0xffff)) >>> 0;
  high = aTop * bTop + Math.floor(middle / 0x10000);
}
