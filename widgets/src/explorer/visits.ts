/** The structures visited, as the page knows them: all are asked for once, changed ones are told by events. */

import type { ExplorerLink, Visit, VisitsTold } from "../wire/explorer_state.js";

export class Visits {
  private readonly known = new Map<number, Visit>();
  /** The visit that is drawn; 0 for none. */
  currentId: number;

  /** Call `changed` whenever visits or the current one have changed. */
  constructor(
    private readonly link: ExplorerLink,
    private readonly changed: () => void,
    signal: AbortSignal,
  ) {
    this.currentId = link.get("current_id") ?? 0;
    link.hear<VisitsTold>("visits", (told) => this.take(told, told.fresh === true), signal);
    link.on(["current_id"], () => this.point(link.get("current_id")), signal);
    link.onSilence((silent) => silent || this.ask(), signal); // events may have been lost
    this.ask();
  }

  get all(): readonly Visit[] {
    return [...this.known.values()];
  }

  private ask(): void {
    this.link.send<VisitsTold>({ kind: "visits" }).then((told) => this.take(told, true), () => {}); // events still come
  }

  private take({ visits, current_id }: VisitsTold, fresh: boolean): void {
    if (fresh) this.known.clear();
    for (const visit of visits) this.known.set(visit.id, visit);
    this.point(current_id);
  }

  private point(id: number): void {
    this.currentId = id;
    this.changed();
  }
}
