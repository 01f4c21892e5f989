/** Binary values of traits as bytes and as numbers. Pure. */

/** Binary values arrive as `DataView`; a fake model may hand over other views. */
export type Bytes = ArrayBuffer | ArrayBufferView;

export function asBytes(data: Bytes): Uint8Array {
  return data instanceof ArrayBuffer ? new Uint8Array(data) : new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/** Little-endian float32, wherever in its buffer they begin. */
export function asFloats(data: Bytes): Float32Array {
  const bytes = asBytes(data);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Float32Array.from({ length: Math.floor(bytes.length / 4) }, (_, place) => view.getFloat32(4 * place, true));
}

