/** A time: from a moment on, and before another. */
export type Span = { from: Date; until: Date };
