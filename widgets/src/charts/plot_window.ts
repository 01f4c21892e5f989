/** The visible part of a chart's plane: conversion to pixels, moving, zooming, ticks. Pure. */

import { FLOOR } from "./scales.js";

/** In plane coordinates: values as they are, or their logarithm to base 10. */
export interface Window {
  readonly left: number;
  readonly right: number;
  readonly low: number;
  readonly high: number;
}

/** The pixels that a window is shown in. */
export interface Frame {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** The least and greatest extent of a window, in plane coordinates. */
const [MIN_SPAN, MAX_SPAN] = [1e-6, 1e9];

export const toPlane = (value: number, log: boolean): number => (log ? Math.log10(Math.max(value, FLOOR)) : value);
export const fromPlane = (place: number, log: boolean): number => (log ? 10 ** place : place);

/** The window around a range of x and of y, widened by a share `air` on each side; never empty. */
export function windowAround([left, right]: readonly [number, number], [low, high]: readonly [number, number], air = 0.06): Window {
  const [across, up] = [Math.max(right - left, 1e-3), Math.max(high - low, 1e-3)];
  return { left: left - air * across, right: right + air * across, low: low - air * up, high: high + air * up };
}

export const sameWindow = (a: Window, b: Window): boolean => a.left === b.left && a.right === b.right && a.low === b.low && a.high === b.high;

/** Pixels from left and top of a place in the plane. */
export const pixelX = (window: Window, frame: Frame, x: number): number =>
  frame.left + ((x - window.left) / (window.right - window.left)) * (frame.right - frame.left);
export const pixelY = (window: Window, frame: Frame, y: number): number =>
  frame.bottom - ((y - window.low) / (window.high - window.low)) * (frame.bottom - frame.top);
export const planeX = (window: Window, frame: Frame, x: number): number =>
  window.left + ((x - frame.left) / (frame.right - frame.left)) * (window.right - window.left);
export const planeY = (window: Window, frame: Frame, y: number): number =>
  window.low + ((frame.bottom - y) / (frame.bottom - frame.top)) * (window.high - window.low);

/** Move a window so that its content follows the pointer by (dx, dy) pixels. */
export function panned(window: Window, frame: Frame, dx: number, dy: number): Window {
  const [x, y] = [planeX(window, frame, frame.left - dx) - window.left, planeY(window, frame, frame.bottom - dy) - window.low];
  return { left: window.left + x, right: window.right + x, low: window.low + y, high: window.high + y };
}

/** Zoom a window by a factor (above 1: nearer); the place under the pixel (x, y) stays there. */
export function zoomed(window: Window, frame: Frame, factor: number, x = (frame.left + frame.right) / 2, y = (frame.top + frame.bottom) / 2): Window {
  const [atX, atY] = [planeX(window, frame, x), planeY(window, frame, y)];
  const next = {
    left: atX + (window.left - atX) / factor, right: atX + (window.right - atX) / factor,
    low: atY + (window.low - atY) / factor, high: atY + (window.high - atY) / factor,
  };
  const small = next.right - next.left < MIN_SPAN || next.high - next.low < MIN_SPAN;
  const large = next.right - next.left > MAX_SPAN || next.high - next.low > MAX_SPAN;
  return small || large ? window : next;
}

/** Round numbers between two values, evenly apart. */
export function evenTicks(low: number, high: number, most: number): number[] {
  const rough = (high - low) / Math.max(1, most);
  if (!(rough > 0) || !Number.isFinite(rough)) return [];
  const ten = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 2.5, 5].find((factor) => factor * ten >= rough) ?? 10) * ten;
  const first = Math.ceil(low / step - 1e-9);
  const count = Math.floor(high / step + 1e-9) - first + 1;
  return Array.from({ length: Math.max(0, count) }, (_, k) => Number(((first + k) * step).toPrecision(9)));
}

const SERIES = [[1, 1.5, 2, 3, 5, 7], [1, 2, 5], [1, 3], [1]];

/** Values to write on an axis that shows `low` to `high` of the plane. */
export function ticks(low: number, high: number, log: boolean, most: number): number[] {
  if (!log) return evenTicks(low, high, most);
  const [from, to] = [10 ** low, 10 ** high];
  if (to / from < 3) return evenTicks(from, to, most).filter((tick) => tick > 0);
  const decades = Array.from({ length: Math.ceil(high) - Math.floor(low) + 1 }, (_, k) => Math.floor(low) + k);
  for (const series of SERIES) {
    const all = decades.flatMap((decade) => series.map((factor) => Number(`${factor}e${decade}`)));
    const seen = all.filter((tick) => tick >= from && tick <= to);
    if (seen.length <= most) return seen;
  }
  const tens = decades.map((decade) => Number(`1e${decade}`)).filter((tick) => tick >= from && tick <= to);
  const stride = Math.ceil(tens.length / most);
  return tens.filter((_, place) => place % stride === 0);
}
