/**
 * Returns no result. Every effect ends within its call, so no result is reported later. A stored result can only be
 * opened with the effect's request.
 */
export function getEffectResult() {
  return {};
}
