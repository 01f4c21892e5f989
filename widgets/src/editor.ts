/** NetworkEditor: draw a structure. Python's half is tnlab_widgets/editor.py. */

import { mountEditor } from "./editor/editor.js";
import { tooltip } from "./ui/tooltip.js";
import { mounting, rendering } from "./wire/bundle.js";
import type { EditorLink } from "./wire/editor_state.js";

const mountAlone = (root: HTMLElement, link: EditorLink, signal: AbortSignal): void => {
  tooltip(root, signal);
  mountEditor(root, link, signal);
};

export const mount = mounting(mountAlone);
export default { render: rendering(mountAlone) };
