/** The account through which models are called. */
export type ModelSource = {
  /** Owner of the account, who pays for its calls. */
  owner: 'installation' | 'organization';
  protocol: ModelProtocol;
  /** URL without a trailing slash. */
  baseUrl: string;
  apiKey: string | undefined;
  /** Model to call if a policy names no model. */
  model: string | undefined;
};

export type ModelProtocol = 'openai' | 'anthropic';

/** The operator's settings for the account of the installation. */
type SourceSettings = {
  baseUrl: string | undefined;
  apiKey: string | undefined;
  model: string | undefined;
  protocol: ModelProtocol | undefined;
};

/** Returns the account of the installation; undefined if the installation has none. */
export function sourceOf({ baseUrl, apiKey, model, protocol }: SourceSettings): ModelSource | undefined {
  if (baseUrl === undefined) return undefined;
  return {
    owner: 'installation',
    protocol: protocol ?? usualProtocol(baseUrl),
    baseUrl: withoutSlash(baseUrl),
    apiKey,
    model,
  };
}

/** Returns the protocol that is the default for a base URL. */
export function usualProtocol(baseUrl: string): ModelProtocol {
  return new URL(baseUrl).hostname === 'api.anthropic.com' ? 'anthropic' : 'openai';
}

/** Removes trailing slashes, so that a path can be appended. */
export function withoutSlash(baseUrl: string): string {
  return baseUrl.replace(/\/+$/, '');
}
