/** SearchWorkbench: watch structures being searched for. Python's half is tnlab_widgets/workbench.py. */

import type { RenderProps } from "@anywidget/types";
import { beats } from "./lib/heartbeat.js";
import type { WorkbenchModel, WorkbenchState } from "./lib/workbench_model.js";
import { mountWorkbench } from "./lib/workbench_view.js";

export default {
  render({ model, el, signal }: RenderProps<WorkbenchState & Record<string, unknown>>): void {
    const root = document.createElement("div");
    el.append(root);
    mountWorkbench(root, model as unknown as WorkbenchModel, signal);
    beats(model, signal);
  },
};
