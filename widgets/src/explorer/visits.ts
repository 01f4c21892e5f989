/** The structures visited, as the page knows them: all are asked for once, changed ones are told by events. */

import type { ExplorerLink, Visit, VisitsTold } from "../wire/explorer_state.js";

export class Visits {
  private readonly known = new Map<number, Visit>();
  /** What events told since all visits were asked for, as the answer may be older than they are; null once it is here. */
  private meanwhile: VisitsTold[] | null = null;
  /** The visit that is drawn; 0 for none. */
  currentId: number;

  /** Call `changed` whenever visits or the current one have changed. */
  constructor(
    private readonly link: ExplorerLink,
    private readonly changed: () => void,
    signal: AbortSignal,
  ) {
    this.currentId = link.get("current_id") ?? 0;
    link.hear<VisitsTold>("visits", (told) => {
      this.meanwhile?.push(told);
      this.take(told);
      this.changed();
    }, signal);
    link.on(["current_id"], () => this.point(link.get("current_id")), signal);
    link.onSilence((silent) => void (silent || this.ask()), signal); // events may have been lost
    void this.ask();
  }

  get all(): readonly Visit[] {
    return [...this.known.values()];
  }

  private async ask(): Promise<void> {
    const mine: VisitsTold[] = (this.meanwhile = []);
    const told = await this.link.send<VisitsTold>({ kind: "visits" }).catch(() => null); // refused: events still come
    if (mine !== this.meanwhile) return; // asked again since
    this.meanwhile = null;
    if (told === null) return;
    for (const each of [{ ...told, fresh: true }, ...mine]) this.take(each);
    this.changed();
  }

  private take({ visits, current_id, gone = [], fresh = false }: VisitsTold): void {
    if (fresh) this.known.clear();
    for (const id of gone) this.known.delete(id);
    for (const visit of visits) this.known.set(visit.id, visit);
    this.currentId = current_id;
  }

  private point(id: number): void {
    this.currentId = id;
    this.changed();
  }
}
