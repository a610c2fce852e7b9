/** What the person chose in Compare; it does not outlive the view. */

export interface CompareUi {
  /** Key of the pair whose pictures are shown; empty: the first layer that differs. */
  readonly pair: string;
  /** Up to which two numbers count as equal. */
  readonly tolerance: number;
  readonly swapped: boolean;
  /** The unit of the cell that was looked at; the step is everybody's. */
  readonly unit: number;
}

export const initialCompare: CompareUi = { pair: "", tolerance: 1e-6, swapped: false, unit: 0 };
