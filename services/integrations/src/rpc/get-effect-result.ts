/**
 * Refuses the request. Every effect is done within its call, and its result opens only with its request, so there is no
 * result to report later.
 */
export function getEffectResult() {
  return {};
}
