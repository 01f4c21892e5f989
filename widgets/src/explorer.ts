/** Explorer: the editor on a tensor that is being fitted. Python's half is tnlab_widgets/explorer.py. */

import { mountExplorer } from "./explorer/explorer.js";
import { mounting, rendering } from "./wire/bundle.js";

export const mount = mounting(mountExplorer);
export default { render: rendering(mountExplorer) };
