// A front end for one anywidget without Jupyter: the model of AFM (get, set, save_changes, on, off) with what makes
// Jupyter's different from a plain object: `set` fires at once, one message is in flight and later ones are merged
// into the next, binary values arrive as DataView.
(() => {
  const encode = (value) => {
    if (value instanceof ArrayBuffer) value = new Uint8Array(value);
    if (ArrayBuffer.isView(value)) {
      const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
      let text = "";
      for (let k = 0; k < bytes.length; k += 8192) text += String.fromCharCode(...bytes.subarray(k, k + 8192));
      return { __bytes__: btoa(text) };
    }
    if (Array.isArray(value)) return value.map(encode);
    if (value && typeof value === "object")
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, encode(item)]));
    return value;
  };
  const decode = (value) => {
    if (Array.isArray(value)) return value.map(decode);
    if (value && typeof value === "object") {
      if ("__bytes__" in value) return new DataView(Uint8Array.from(atob(value.__bytes__), (c) => c.charCodeAt(0)).buffer);
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, decode(item)]));
    }
    return value;
  };

  class Model {
    constructor(state) {
      this.state = state;
      this.listeners = new Map();
      this.unsaved = {};
      this.waiting = null;
      this.busy = false;
    }
    get(name) { return this.state[name]; }
    set(name, value) { this.unsaved[name] = value; this.replace({ [name]: value }); }
    on(event, callback) { this.listeners.set(event, [...(this.listeners.get(event) ?? []), callback]); }
    off(event, callback) {
      if (!event) return void this.listeners.clear();
      this.listeners.set(event, (this.listeners.get(event) ?? []).filter((each) => callback && each !== callback));
    }
    count() { return [...this.listeners.values()].reduce((sum, each) => sum + each.length, 0); }
    send() { throw new Error("tnlab's widgets speak through traits only"); }
    save_changes() {
      this.waiting = { ...this.waiting, ...this.unsaved };
      this.unsaved = {};
      void this.flush();
    }
    async flush() {
      if (this.busy) return;
      this.busy = true;
      while (this.waiting && Object.keys(this.waiting).length) {
        const state = this.waiting;
        this.waiting = null;
        await window.toPython(JSON.stringify(encode(state)));
      }
      this.busy = false;
    }
    replace(state) {
      Object.assign(this.state, state);
      for (const name of Object.keys(state)) this.fire(`change:${name}`, state[name]);
      this.fire("change");
    }
    fire(event, value) { for (const callback of this.listeners.get(event) ?? []) callback(this, value); }
  }

  window.mountWidget = async (esm, css, state) => {
    const style = document.createElement("style");
    style.textContent = css;
    document.head.append(style);
    const { default: exported } = await import(URL.createObjectURL(new Blob([esm], { type: "text/javascript" })));
    const widget = typeof exported === "function" ? await exported() : exported;
    const model = new Model(decode(state));
    const controller = new AbortController();
    const el = document.getElementById("widget");
    const context = { model, el, signal: controller.signal, experimental: {} };
    const finished = [await widget.initialize?.(context), await widget.render?.(context)];
    window.model = model;
    window.unmountWidget = async () => {
      for (const clean of finished) await clean?.();
      controller.abort();
      window.unmounted = true;
      return model.count();
    };
    const pull = async () => {
      if (window.unmounted) return;
      for (const update of JSON.parse(await window.fromPython())) model.replace(decode(update));
      setTimeout(pull, 15);
    };
    void pull();
  };
})();
