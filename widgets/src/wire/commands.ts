/** Commands of a page: errors in their answers are shown as sentences, files in them offered as downloads. */

import { offerFile } from "./offer_file.js";
import { asBytes, type Bytes } from "./bytes.js";
import { KernelSilence, type Link, type Message } from "./link.js";

/** Send a command; resolves once it is answered, whatever the answer. */
export type Tell<Sent extends Message> = (command: Sent) => Promise<void>;

/**
 * Return a function that sends commands, and has `complain` say why one was refused; also that the kernel is silent, but
 * for `quiet` pages, which show that elsewhere.
 */
export function teller<Sent extends Message>(link: Link<unknown, Sent>, complain: (sentence: string) => void, { quiet = false } = {}): Tell<Sent> {
  return async (command) => {
    try {
      const { filename, data } = await link.send<{ filename?: string; data?: Bytes }>(command);
      if (filename !== undefined && data !== undefined) offerFile(filename, asBytes(data));
    } catch (error) {
      if (!(quiet && error instanceof KernelSilence)) complain((error as Error).message);
    }
  };
}
