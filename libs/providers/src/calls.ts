import type { JsonValue } from '@drippulse/json';

/** The body of a request: JSON, a form (`application/x-www-form-urlencoded`), or text of a media type. */
export type RequestBody =
  | { json: JsonValue }
  | { form: readonly (readonly [name: string, value: string])[] }
  | { text: string; type: string };

/** A request to a provider, without credentials. The sender adds the credentials, and checks the host. */
export type ProviderRequest = {
  /** Name of a host in `Provider.hosts`. */
  host: string;
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path from the root. Every segment is already encoded (`pathOf`). */
  path: string;
  query?: Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;
  headers?: Readonly<Record<string, string>>;
  body?: RequestBody;
  /**
   * A whole URL from a response, such as the URL of the next page. It must be on the same host. If it is set, `path`
   * and `query` are ignored.
   */
  url?: string;
  /** Whether a response means that the request was already done. Takes precedence over the provider's own rules. */
  isDone?(answer: ProviderAnswer): boolean;
  /**
   * Whether a POST may always be sent again, because it only reads or because a repeat changes nothing. A GET may
   * always be sent again.
   */
  isRepeatable?: boolean;
  /** Size limit of the response in bytes. Default: 1 MiB. */
  maxBytes?: number;
};

/** A provider's response. */
export type ProviderAnswer = {
  status: number;
  /** Headers by name in lower case. */
  headers: Readonly<Record<string, string>>;
  /** The body as JSON, or as text if it is not JSON. Null for an empty body. */
  body: JsonValue;
};

/** Builds a path with encoded parameters: pathOf`/crm/objects/${type}/${id}`. */
export function pathOf(parts: TemplateStringsArray, ...values: readonly (string | number)[]): string {
  return parts.reduce((path, part, index) => `${path}${encodeSegment(String(values[index - 1]))}${part}`);
}

/** Encodes a value as one segment of a path, so that `..` and `/` in a hostile value have no effect. */
function encodeSegment(value: string): string {
  return value === '.' || value === '..' ? value.replaceAll('.', '%2E') : encodeURIComponent(value);
}
