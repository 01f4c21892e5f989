/** Explorer: the editor on a tensor that is being fitted. Python's half is tnlab_widgets/explorer.py. */

import type { RenderProps } from "@anywidget/types";
import type { ExplorerModel, ExplorerState } from "./lib/explorer_model.js";
import { mountExplorer } from "./lib/explorer_view.js";

const HEARTBEAT = 20_000; // milliseconds; browsers slow hidden pages down to one timer a minute

export default {
  render({ model, el, signal }: RenderProps<ExplorerState & Record<string, unknown>>): void {
    const root = document.createElement("div");
    el.append(root);
    mountExplorer(root, model as unknown as ExplorerModel, signal);
    // A page that crashed cannot say goodbye: Python holds the fit when it hears nothing for minutes.
    const beat = () => {
      model.set("heartbeat", Date.now());
      model.save_changes();
    };
    beat();
    const timer = setInterval(beat, HEARTBEAT);
    signal.addEventListener("abort", () => clearInterval(timer));
  },
};
