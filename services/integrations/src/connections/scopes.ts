import { actionsOf, type Provider } from '@drippulse/providers';

export type ScopeFindings = { granted: string[]; missing: string[]; actionsWithout: string[] };

/** Compares granted scopes with needed scopes. Returns undefined if the provider does not report the granted scopes. */
export function scopeFindings(
  provider: Provider,
  granted: readonly string[] | null | undefined,
): ScopeFindings | undefined {
  if (granted === null || granted === undefined) return undefined;
  const has = new Set(granted);
  const actions = actionsOf(provider.key);
  const lacking = actions.filter(({ scopes }) => scopes.some((scope) => !has.has(scope)));
  const needed = [...lacking.flatMap(({ scopes }) => scopes), ...(provider.sourceScopes ?? [])];
  const missing = needed.filter((scope) => !has.has(scope));
  return {
    granted: [...granted],
    missing: [...new Set(missing)].sort(),
    actionsWithout: lacking.map(({ name }) => name).sort(),
  };
}

/**
 * Returns the scopes that a consent requests: the scopes that every connection needs, and either the chosen scopes or
 * the scopes of all actions and data sources.
 */
export function scopesToAsk(provider: Provider, chosen: readonly string[]): string[] {
  const all = () => [...actionsOf(provider.key).flatMap(({ scopes }) => scopes), ...(provider.sourceScopes ?? [])];
  const wanted = chosen.length > 0 ? chosen : all();
  return [...new Set([...(provider.oauth?.baseScopes ?? []), ...wanted])];
}
