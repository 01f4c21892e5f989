/** NetworkEditor: draw a structure. Python's half is tnlab_widgets/editor.py. */

import type { RenderProps } from "@anywidget/types";
import { mountEditor } from "./editor/editor.js";
import { tooltip } from "./ui/tooltip.js";
import type { EditorState } from "./wire/editor_state.js";

export default {
  render({ model, el, signal }: RenderProps<EditorState & Record<string, unknown>>): void {
    const root = document.createElement("div");
    el.append(root);
    tooltip(root, signal);
    mountEditor({ root, model, signal });
  },
};
