/**
 * Returns no result. Every effect is done within its call, and the result can be opened only with the effect's request,
 * so nothing is reported later.
 */
export function getEffectResult() {
  return {};
}
