/** Binary values of messages as bytes and as numbers. Pure. */

/** Binary values arrive as `DataView`; a page of one's own may hand over other views. */
export type Bytes = ArrayBuffer | ArrayBufferView;

/** The keys and places that lead to a value inside nested objects and lists. */
export type Path = readonly (string | number)[];

export function asBytes(data: Bytes): Uint8Array {
  return data instanceof ArrayBuffer ? new Uint8Array(data) : new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/** Little-endian float32, wherever in its buffer they begin. */
export function asFloats(data: Bytes): Float32Array {
  const bytes = asBytes(data);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Float32Array.from({ length: Math.floor(bytes.length / 4) }, (_, place) => view.getFloat32(4 * place, true));
}

/** Put the buffers of a message, as `DataView`s, at the paths in its content that Python took them from. */
export function putBuffers(content: object, paths: readonly Path[], buffers: readonly Bytes[]): void {
  paths.forEach((path, k) => {
    const [last, data] = [path[path.length - 1], buffers[k]];
    const holder = path.slice(0, -1).reduce<unknown>((here, key) => (here as Record<string | number, unknown> | undefined)?.[key], content);
    if (last === undefined || data === undefined || typeof holder !== "object" || holder === null) return;
    const { buffer, byteOffset, byteLength } = asBytes(data);
    (holder as Record<string | number, unknown>)[last] = new DataView(buffer, byteOffset, byteLength);
  });
}
