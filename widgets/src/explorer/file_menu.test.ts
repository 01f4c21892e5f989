// @vitest-environment jsdom
import { expect, it, vi } from "vitest";
import { fileMenu } from "./file_menu.js";

it("asks Python for the file that is chosen", () => {
  const tell = vi.fn();
  const element = document.body.appendChild(fileMenu({ tell }, new AbortController().signal));
  const which = element.querySelector("select") as HTMLSelectElement;
  which.value = "reconstruction";
  element.querySelector("button")?.click();
  expect(tell).toHaveBeenCalledExactlyOnceWith({ kind: "export_file", what: "reconstruction" });
});
