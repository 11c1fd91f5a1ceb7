import { consent } from '@drippulse/fake-providers/consent';

/** A response as a browser shows it. */
export type Shown = { status: number; page: string; title: string; location: string };

/** A person's browser in tests: it keeps cookies, and makes the requests that a browser makes. */
export type TestBrowser = {
  get(path: string): Promise<Shown>;
  /** Sends a form of one of our own pages. */
  submit(path: string, fields: Record<string, string>, headers?: Record<string, string>): Promise<Shown>;
  /** Signs in at the provider to which a path leads. Returns the path and query of the callback. */
  visit(path: string, person: string): Promise<string>;
  /** Calls the API as a page of our own does. */
  fetch(method: string, path: string, body?: unknown): Promise<{ status: number; body: Record<string, unknown> }>;
  cookies: Map<string, string>;
};

export function openBrowser(url: string): TestBrowser {
  const cookies = new Map<string, string>();

  async function send(path: string, options: RequestInit = {}): Promise<Response> {
    const answer = await fetch(url + path, {
      ...options,
      redirect: 'manual',
      headers: {
        cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
        accept: 'text/html',
        ...(options.headers as Record<string, string>),
      },
    });
    for (const cookie of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      if (value === '') cookies.delete(name);
      else cookies.set(name, value);
    }
    return answer;
  }

  async function show(answer: Response): Promise<Shown> {
    const page = await answer.text();
    const title = /<h1>(.*?)<\/h1>/.exec(page)?.[1] ?? '';
    return { status: answer.status, page, title, location: answer.headers.get('location') ?? '' };
  }

  return {
    cookies,
    get: async (path) => show(await send(path)),
    submit: async (path, fields, headers = { 'sec-fetch-site': 'same-origin' }) =>
      show(
        await send(path, {
          method: 'POST',
          headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' },
          body: new URLSearchParams(fields).toString(),
        }),
      ),
    async visit(path, person) {
      const { location, status, page } = await show(await send(path));
      if (status !== 302) throw new Error(`${path} answers ${status}: ${page}`);
      const back = new URL(await consent(location, person));
      return back.pathname + back.search;
    },
    async fetch(method, path, body) {
      const answer = await send(path, {
        method,
        headers: {
          'sec-fetch-site': 'same-origin',
          'x-drippulse-dashboard': '1',
          'content-type': 'application/json',
          accept: 'application/json',
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const text = await answer.text();
      return { status: answer.status, body: text === '' ? {} : JSON.parse(text) };
    },
  };
}
