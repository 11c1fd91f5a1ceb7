/** A period, from `from` inclusive to `until` exclusive. */
export type Span = { from: Date; until: Date };
