/**
 * The dimensions by which rows of the rollups are divided, with the numbers that are stored. The meaning of a number
 * never changes.
 */
export const dimensions = {
  /** The rows are divided only by the version and the variant of a workflow. The key is empty. */
  total: 0,
  workflow: 1,
  step: 2,
  category: 3,
  domain: 4,
  /** The key is the id of the agent or the webhook. */
  subject: 5,
  /** Duration. The key is the number of the bucket. */
  duration: 6,
  currency: 7,
  /** Duration of stays at a step. The key is the number of the bucket, a colon and the step. */
  stay: 8,
  goal: 9,
} as const;

export type Dimension = (typeof dimensions)[keyof typeof dimensions];
