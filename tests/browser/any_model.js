// A front end for one anywidget without Jupyter: the model of AFM, as unforgiving as Jupyter's. Custom messages arrive
// one by one and in order, their content as JSON (what JSON cannot say is an error here), a view over a buffer sends the
// whole buffer, binary values arrive as DataView. The page sets no trait: state comes from Python only.
(() => {
  const base64 = (buffer) => {
    if (!(buffer instanceof ArrayBuffer) && !ArrayBuffer.isView(buffer)) throw new TypeError("a buffer must hold bytes");
    const bytes = new Uint8Array(ArrayBuffer.isView(buffer) ? buffer.buffer : buffer);
    let text = "";
    for (let k = 0; k < bytes.length; k += 8192) text += String.fromCharCode(...bytes.subarray(k, k + 8192));
    return btoa(text);
  };
  const asView = (text) => new DataView(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer);
  const plain = (value, path) => {
    const kind = value === null ? "null" : Array.isArray(value) ? "list" : typeof value;
    if (kind === "number" && !Number.isFinite(value)) throw new TypeError(`${path} is ${value}, which JSON cannot say`);
    if (kind === "list") value.forEach((item, k) => plain(item, `${path}[${k}]`));
    else if (kind === "object") {
      if (Object.getPrototypeOf(value) !== Object.prototype) throw new TypeError(`${path} is no plain object`);
      for (const [key, item] of Object.entries(value)) if (item !== undefined) plain(item, `${path}.${key}`);
    } else if (!["null", "boolean", "number", "string"].includes(kind)) throw new TypeError(`${path} is a ${kind}`);
  };
  const decode = (value) => {
    if (Array.isArray(value)) return value.map(decode);
    if (value && typeof value === "object") {
      if ("__bytes__" in value) return asView(value.__bytes__);
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, decode(item)]));
    }
    return value;
  };

  class Model {
    constructor(state) {
      this.state = state;
      this.listeners = new Map();
      this.last = Promise.resolve();
    }
    get(name) { return this.state[name]; }
    set(name) { throw new Error(`a page of tnlab sets no trait, but set ${name}`); }
    save_changes() { throw new Error("a page of tnlab saves no trait"); }
    on(event, callback) { this.listeners.set(event, [...(this.listeners.get(event) ?? []), callback]); }
    off(event, callback) {
      if (!event) return void this.listeners.clear();
      this.listeners.set(event, (this.listeners.get(event) ?? []).filter((each) => callback && each !== callback));
    }
    count() { return [...this.listeners.values()].reduce((sum, each) => sum + each.length, 0); }
    send(content, callbacks, buffers = []) {
      plain(content, "content");
      const message = JSON.stringify({ content, buffers: buffers.map(base64) });
      this.last = this.last.then(() => window.toPython(message));
    }
    // Hosts differ: here each trait fires as it is set, and every other time the last one is set first.
    replace(state) {
      this.backwards = !this.backwards;
      const names = Object.keys(state);
      for (const name of this.backwards ? names.reverse() : names) {
        this.state[name] = state[name];
        this.fire(`change:${name}`, this, state[name]);
      }
      this.fire("change", this);
    }
    fire(event, ...given) { for (const callback of this.listeners.get(event) ?? []) callback(...given); }
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
      for (const { state, content, buffers } of JSON.parse(await window.fromPython())) {
        if (state) model.replace(decode(state));
        else model.fire("msg:custom", content, buffers.map(asView));
      }
      setTimeout(pull, 15);
    };
    void pull();
  };
})();
