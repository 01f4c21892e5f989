import { beforeEach, expect, it, vi } from "vitest";
import { offerFile } from "./offer_file.js";
import { teller } from "./commands.js";
import { type Answer, KernelSilence, SILENT_KERNEL } from "./link.js";

vi.mock("./offer_file.js", () => ({ offerFile: vi.fn() }));
const complain = vi.fn();
const tell = (answer: () => Promise<Partial<Answer>>, options = {}): Promise<void> => teller({ send: answer } as never, complain, options)({ kind: "save" });

beforeEach(() => void vi.clearAllMocks());

it("offers a file in the answer, and complains of nothing", async () => {
  await tell(async () => ({ filename: "camera.tnlab", data: new DataView(new Uint8Array([1, 2]).buffer) }));
  await tell(async () => ({}));
  expect(vi.mocked(offerFile).mock.calls).toEqual([["camera.tnlab", new Uint8Array([1, 2])]]);
  expect(complain).not.toHaveBeenCalled();
});
it("complains of a refusal and of silence, and resolves all the same; a quiet page says silence elsewhere", async () => {
  for (const quiet of [false, true]) {
    await tell(() => Promise.reject(new Error("No such study.")), { quiet });
    await tell(() => Promise.reject(new KernelSilence()), { quiet });
  }
  expect(complain.mock.calls).toEqual([["No such study."], [SILENT_KERNEL], ["No such study."]]);
});
