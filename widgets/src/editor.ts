/** NetworkEditor: draw a structure. Python's half is tnlab_widgets/editor.py. */

import type { RenderProps } from "@anywidget/types";
import { mountEditor } from "./lib/editor_view.js";
import type { EditorState } from "./lib/model.js";

export default {
  render({ model, el, signal }: RenderProps<EditorState & Record<string, unknown>>): void {
    const root = document.createElement("div");
    el.append(root);
    mountEditor({ root, model, signal });
  },
};
