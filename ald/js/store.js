// ---- what Python told: plain values, and arrays of which only changes are sent

const KINDS = { f4: Float32Array, i4: Int32Array, i2: Int16Array };

class Store {
  constructor() { Object.assign(this, { values: {}, arrays: {}, version: 0 }); }
  take({ values, arrays }, buffers) { // what of the arrays is new: [[name, from, to]]
    Object.assign(this.values, values);
    this.version++;
    return arrays.map(({ name, kind, size, at, same }, i) => {
      const view = buffers[i], Kind = KINDS[kind];
      if (same) this.arrays[name] = this.arrays[same].slice();
      if (this.arrays[name]?.length !== size) this.arrays[name] = new Kind(size);
      const part = new Kind(view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength));
      this.arrays[name].set(part, at);
      return same ? [name, 0, size] : [name, at, at + part.length];
    });
  }
}
