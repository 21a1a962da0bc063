/** What the threads of `npm run simulate` are given, and what they tell. */
import type { SimulateOptions, SimulationRun } from '../../src/index.js';

export interface Share {
  readonly seeds: readonly number[];
  readonly options: SimulateOptions;
}

export type ThreadMessage =
  | { readonly kind: 'run'; readonly run: SimulationRun }
  /** All seeds are done, or one failed. */
  | { readonly kind: 'ended'; readonly failure: string | null };
