/**
 * Returns no result. Every effect is done within its call, and its result opens only with its request, so there is
 * nothing to report later.
 */
export function getEffectResult() {
  return {};
}
