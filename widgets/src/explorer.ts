/** Explorer: the editor on a tensor that is being fitted. Python's half is tnlab_widgets/explorer.py. */

import type { RenderProps } from "@anywidget/types";
import { mountExplorer } from "./explorer/explorer.js";
import type { ExplorerState } from "./wire/explorer_state.js";
import { beats } from "./wire/heartbeat.js";

export default {
  render({ model, el, signal }: RenderProps<ExplorerState & Record<string, unknown>>): void {
    const root = document.createElement("div");
    el.append(root);
    mountExplorer(root, model, signal);
    beats(model, signal);
  },
};
