/** Where models are called. */
export type ModelSource = {
  /** Whose account it is, and who pays. */
  owner: 'installation' | 'organization';
  protocol: ModelProtocol;
  /** Without a slash at its end. */
  baseUrl: string;
  apiKey: string | undefined;
  /** Model of policies that name none. */
  model: string | undefined;
};

export type ModelProtocol = 'openai' | 'anthropic';

/** What the operator has set. */
type SourceSettings = {
  baseUrl: string | undefined;
  apiKey: string | undefined;
  model: string | undefined;
  protocol: ModelProtocol | undefined;
};

/** The source of the installation; undefined when it has none. */
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

/** The protocol of an address for which nobody has named one. */
export function usualProtocol(baseUrl: string): ModelProtocol {
  return new URL(baseUrl).hostname === 'api.anthropic.com' ? 'anthropic' : 'openai';
}

/** An address to which a path can be added. */
export function withoutSlash(baseUrl: string): string {
  return baseUrl.replace(/\/+$/, '');
}
