/** SearchWorkbench: watch structures being searched for. Python's half is tnlab_widgets/workbench.py. */

import type { RenderProps } from "@anywidget/types";
import type { WorkbenchModel, WorkbenchState } from "./lib/workbench_model.js";
import { mountWorkbench } from "./lib/workbench_view.js";

const HEARTBEAT = 20_000; // milliseconds; browsers slow hidden pages down to one timer a minute

export default {
  render({ model, el, signal }: RenderProps<WorkbenchState & Record<string, unknown>>): void {
    const root = document.createElement("div");
    el.append(root);
    mountWorkbench(root, model as unknown as WorkbenchModel, signal);
    // A page that crashed cannot say goodbye: Python holds the search when it hears nothing for minutes.
    const beat = () => {
      model.set("heartbeat", Date.now());
      model.save_changes();
    };
    beat();
    const timer = setInterval(beat, HEARTBEAT);
    signal.addEventListener("abort", () => clearInterval(timer));
  },
};
