import type { JsonValue } from '@drippulse/json';

/** The body of a request: JSON, a form (`application/x-www-form-urlencoded`), or text of a type. */
export type RequestBody =
  | { json: JsonValue }
  | { form: readonly (readonly [name: string, value: string])[] }
  | { text: string; type: string };

/** A request to a provider, without credentials: whoever sends it adds them, and checks the host. */
export type ProviderRequest = {
  /** The name of a host in `Provider.hosts`. */
  host: string;
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path from the root, every part already encoded (`pathOf`). */
  path: string;
  query?: Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;
  headers?: Readonly<Record<string, string>>;
  body?: RequestBody;
  /**
   * The whole URL that an answer named, such as that of the next page. It must be on the same host; `path` and `query`
   * do not count then.
   */
  url?: string;
  /** Answers that mean "already so" for this request, before the provider's own rules. */
  isDone?(answer: ProviderAnswer): boolean;
  /**
   * Whether a POST may be sent again whatever became of it: it only reads, or its second time changes nothing. A GET
   * always may.
   */
  isRepeatable?: boolean;
  /** Most bytes of the answer. Default: 1 MiB. */
  maxBytes?: number;
};

/** The answer of a provider. */
export type ProviderAnswer = {
  status: number;
  /** By lower-case name. */
  headers: Readonly<Record<string, string>>;
  /** The JSON of the body, or its text where it is no JSON. Empty bodies are null. */
  body: JsonValue;
};

/** A path with its parameters encoded: pathOf`/crm/objects/${type}/${id}`. */
export function pathOf(parts: TemplateStringsArray, ...values: readonly (string | number)[]): string {
  return parts.reduce((path, part, index) => `${path}${encodeSegment(String(values[index - 1]))}${part}`);
}

/** A value is one segment of a path: `..` and `/` of a hostile one lead nowhere else. */
function encodeSegment(value: string): string {
  return value === '.' || value === '..' ? value.replaceAll('.', '%2E') : encodeURIComponent(value);
}
