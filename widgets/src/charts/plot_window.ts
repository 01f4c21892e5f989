/** The visible part of a chart's plane: conversion to pixels, moving, zooming, ticks. Pure. */

import type { Point } from "../ui/plane.js";
import { FLOOR, logTicks, roundStep } from "./scales.js";

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

const middle = ({ left, right, top, bottom }: Frame): Point => ({ x: (left + right) / 2, y: (top + bottom) / 2 });

/** Zoom a window by a factor (above 1: nearer); the place under a pixel stays there. */
export function zoomed(window: Window, frame: Frame, factor: number, { x, y }: Point = middle(frame)): Window {
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
  const step = roundStep(rough);
  const first = Math.ceil(low / step - 1e-9);
  const count = Math.floor(high / step + 1e-9) - first + 1;
  return Array.from({ length: Math.max(0, count) }, (_, k) => Number(((first + k) * step).toPrecision(9)));
}

/** Within less than this factor a logarithmic axis is nearly even, and is written like one. */
const NARROW = 3;

/** Values to write on an axis that shows `low` to `high` of the plane. */
export function ticks(low: number, high: number, log: boolean, most: number): number[] {
  if (!log) return evenTicks(low, high, most);
  const [from, to] = [10 ** low, 10 ** high];
  if (to / from < NARROW) return evenTicks(from, to, most).filter((tick) => tick > 0);
  return logTicks(from, to, most);
}
