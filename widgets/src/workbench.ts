/** SearchWorkbench: watch structures being searched for. Python's half is tnlab_widgets/workbench.py. */

import type { RenderProps } from "@anywidget/types";
import { beats } from "./wire/heartbeat.js";
import type { WorkbenchModel, WorkbenchState } from "./wire/workbench_state.js";
import { mountWorkbench } from "./workbench/workbench.js";

export default {
  render({ model, el, signal }: RenderProps<WorkbenchState & Record<string, unknown>>): void {
    const root = document.createElement("div");
    el.append(root);
    mountWorkbench(root, model as unknown as WorkbenchModel, signal);
    beats(model, signal);
  },
};
