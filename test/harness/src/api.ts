import { checkAgainstOpenApi } from './openapi.ts';

/** A response of the public API. JSON bodies are parsed. */
export type ApiAnswer = {
  status: number;
  headers: Headers;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests read JSON of every shape, and the OpenAPI check has typed it already
  body: any;
};

type CallOptions = { headers?: Record<string, string>; token?: string | null };

/** A caller of the public API who checks every response against the OpenAPI document. */
export type Api = {
  get(path: string, options?: CallOptions): Promise<ApiAnswer>;
  post(path: string, body?: unknown, options?: CallOptions): Promise<ApiAnswer>;
  patch(path: string, body?: unknown, options?: CallOptions): Promise<ApiAnswer>;
  delete(path: string, options?: CallOptions): Promise<ApiAnswer>;
  request(method: string, path: string, body?: unknown, options?: CallOptions): Promise<ApiAnswer>;
  /** Returns the caller with another credential. With null, the caller sends no credential. */
  as(token: string | null): Api;
};

/** Makes a caller. Paths are below the base address, such as `/api/v1/workflows`. */
export function createApi(baseUrl: string, token: string | null | undefined): Api {
  const request = async (
    method: string,
    path: string,
    body?: unknown,
    options: CallOptions = {},
  ): Promise<ApiAnswer> => {
    const credential = options.token === undefined ? token : options.token;
    const isText = typeof body === 'string' || body instanceof Uint8Array;
    const answer = await fetch(`${baseUrl}${path}`, {
      method,
      redirect: 'manual',
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(credential ? { authorization: `Bearer ${credential}` } : {}),
        ...options.headers,
      },
      body: body === undefined ? undefined : isText ? (body as string) : JSON.stringify(body),
    });
    const text = await answer.text();
    const isJson = /json/.test(answer.headers.get('content-type') ?? '');
    const parsed = isJson && text !== '' ? JSON.parse(text) : undefined;
    if (method !== 'HEAD') checkAgainstOpenApi(method, path, answer.status, parsed, answer.headers.get('content-type'));
    return { status: answer.status, headers: answer.headers, text, body: parsed };
  };
  return {
    request,
    get: (path, options) => request('GET', path, undefined, options),
    post: (path, body, options) => request('POST', path, body ?? {}, options),
    patch: (path, body, options) => request('PATCH', path, body ?? {}, options),
    delete: (path, options) => request('DELETE', path, undefined, options),
    as: (other) => createApi(baseUrl, other),
  };
}
