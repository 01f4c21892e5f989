// @vitest-environment jsdom
import { expect, it, vi } from "vitest";
import type { ExplorerLink } from "../wire/explorer_state.js";
import { fileMenu } from "./file_menu.js";

function mounted(send = vi.fn()) {
  const [tell, say, complain] = [vi.fn(), vi.fn(), vi.fn()];
  const link = { send } as unknown as ExplorerLink;
  const element = document.body.appendChild(fileMenu({ tell, link, say, complain }, new AbortController().signal));
  const press = (action: string): void => element.querySelector<HTMLElement>(`[data-action="${action}"]`)?.click();
  return { tell, say, complain, element, press };
}

it("asks Python for the file that is chosen", () => {
  const { tell, element, press } = mounted();
  (element.querySelector("select") as HTMLSelectElement).value = "reconstruction";
  press("export-file");
  expect(tell).toHaveBeenCalledExactlyOnceWith({ kind: "export_file", what: "reconstruction" });
});

it("copies the line that Python answers, and says so", async () => {
  const writeText = vi.fn().mockResolvedValue(undefined);
  vi.stubGlobal("navigator", { clipboard: { writeText } });
  const { say, element, press } = mounted(vi.fn().mockResolvedValue({ text: 'Explorer.from_link("x")' }));
  press("share");
  await vi.waitFor(() => expect(element.querySelector("output")?.textContent).toContain("Copied"));
  expect(writeText).toHaveBeenCalledExactlyOnceWith('Explorer.from_link("x")');
  expect(say).toHaveBeenCalledOnce();
});

it("says why data cannot be shared", async () => {
  const { complain, press } = mounted(vi.fn().mockRejectedValue(new Error("Save the session as a file.")));
  press("share");
  await vi.waitFor(() => expect(complain).toHaveBeenCalledExactlyOnceWith("Save the session as a file."));
});
