/** One item of a list from outside that the tests answer. */

/** What an item means, and what is to be said where no test answers it. */
export interface Case {
  /** As it stands at the end of a test's name, in brackets. */
  readonly id: string;
  /** One sentence, in our words. */
  readonly meaning: string;
  /** Instead of a test: why none is needed, or what is missing. */
  readonly status?: { readonly notApplicable: string } | { readonly open: string };
  /** Beside the tests: what of the item they do not cover yet. */
  readonly without?: string;
}
