/** The account through which models are called. */
export type ModelSource = {
  /** Owner of the account, who pays. */
  owner: 'installation' | 'organization';
  protocol: ModelProtocol;
  /** Without a trailing slash. */
  baseUrl: string;
  apiKey: string | undefined;
  /** Model for policies that name none. */
  model: string | undefined;
};

export type ModelProtocol = 'openai' | 'anthropic';

/** Settings of the operator. */
type SourceSettings = {
  baseUrl: string | undefined;
  apiKey: string | undefined;
  model: string | undefined;
  protocol: ModelProtocol | undefined;
};

/** The account of the installation; undefined if it has none. */
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

/** The default protocol of an address. */
export function usualProtocol(baseUrl: string): ModelProtocol {
  return new URL(baseUrl).hostname === 'api.anthropic.com' ? 'anthropic' : 'openai';
}

/** Removes trailing slashes, so that a path can be appended. */
export function withoutSlash(baseUrl: string): string {
  return baseUrl.replace(/\/+$/, '');
}
