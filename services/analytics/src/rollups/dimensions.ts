/** What a row of the rollups divides by, as it is stored: a number never changes its meaning. */
export const dimensions = {
  /** Nothing but version and variant of a workflow; the key is empty. */
  total: 0,
  workflow: 1,
  step: 2,
  category: 3,
  domain: 4,
  /** The agent or the webhook. */
  subject: 5,
  /** How long it took: the number of the bucket. */
  duration: 6,
  currency: 7,
  /** How long stays at a step took: the number of the bucket, a colon and the step. */
  stay: 8,
  goal: 9,
} as const;

export type Dimension = (typeof dimensions)[keyof typeof dimensions];
