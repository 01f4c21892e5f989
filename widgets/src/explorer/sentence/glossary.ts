/** The words of the field that a page uses, each in one line, and what else a newcomer may want to know. */

export interface Meaning {
  /** One line, shown where the pointer rests or the focus is. */
  meaning: string;
  /** Two or three sentences, shown after a click. */
  more: string;
}

export const GLOSSARY = {
  network: {
    meaning: "Tensor network: a large tensor kept as small ones, which are multiplied along the lines between them.",
    more:
      "Multiplying all cores along all bonds gives the reconstruction: a tensor as large as your data. The network is worth having where its cores " +
      "hold far fewer numbers than the data and the reconstruction is still close.",
  },
  core: {
    meaning: "Core: a small tensor of numbers, drawn as a disc. Fitting means to choose these numbers.",
    more: "A line that ends in a number is a mode of the data, which this core knows. A core without one is a latent core, drawn smaller: it only ties others together.",
  },
  bond: {
    meaning: "Bond: a line between cores. It says which parts of the data know of each other.",
    more: "Without a bond between two parts, the network treats them as unrelated. Drag from one core to another to add a bond; with a bond selected, the Delete key removes it.",
  },
  rank: {
    meaning: "Rank: the thickness of a bond, a whole number. A higher rank lets more pass, and costs more numbers.",
    more: "Scroll on a bond, or select it and press + or \u2212. Rank 1 is as good as no bond. Ranks are what you pay with: raise those that lower the error most.",
  },
  parameters: {
    meaning: "Parameters: the numbers in all cores together, which is what you would store instead of the data.",
    more: "They follow from the drawing alone, so they change at once, before any fit.",
  },
  "relative error": {
    meaning: "Relative error: how far the reconstruction is from the data, as a share of the data's size. 0 % is exact, 100 % is as bad as zeros.",
    more: "It is the norm of the data minus the reconstruction, divided by the norm of the data. Every sweep of the fit lowers it, until it settles.",
  },
} as const satisfies Record<string, Meaning>;

export type Word = keyof typeof GLOSSARY;
