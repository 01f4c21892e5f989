/** SearchWorkbench: watch structures being searched for. Python's half is tnlab_widgets/workbench.py. */

import { mountWorkbench } from "./workbench/workbench.js";
import { mounting, rendering } from "./wire/bundle.js";

export const mount = mounting(mountWorkbench);
export default { render: rendering(mountWorkbench) };
