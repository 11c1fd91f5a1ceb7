import type { FakeRequest } from '../src/index.ts';

/** A misspelling of a name in a request: the place of the name, and the whole request with the misspelled name. */
export type Misspelling = { at: string; request: FakeRequest };

/** Returns all requests that differ from the given one by one misspelled name, in path, query, headers or body. */
export function misspellings(request: FakeRequest, literals: readonly string[], random: () => number): Misspelling[] {
  return [
    ...literals.map((segment) => ({
      at: `path ${segment}`,
      request: { ...request, path: request.path.replace(segment, misspell(segment, random)) },
    })),
    ...request.query.map(([name], index) => ({
      at: `query ${name}`,
      request: {
        ...request,
        query: request.query.map((pair, one): [string, string] =>
          one === index ? [misspell(name, random), pair[1]] : [...pair],
        ),
      },
    })),
    ...Object.keys(request.headers)
      .filter((name) => name !== 'authorization' && !(name === 'content-type' && request.text === ''))
      .map((name) => ({
        at: `header ${name}`,
        request: { ...request, headers: renameHeader(request.headers, name, random) },
      })),
    ...bodyMisspellings(request, random),
  ];
}

/**
 * Misspells the name of a header. For a content type, misspells the value instead, because only a few values are valid.
 */
function renameHeader(headers: FakeRequest['headers'], name: string, random: () => number): Record<string, string> {
  if (name === 'content-type') return { ...headers, [name]: misspell(headers[name] ?? '', random) };
  return Object.fromEntries(
    Object.entries(headers).map(([one, value]) => [one === name ? misspell(one, random) : one, value]),
  );
}

function bodyMisspellings(request: FakeRequest, random: () => number): Misspelling[] {
  const type = request.headers['content-type'] ?? '';
  if (type.startsWith('application/json')) {
    const body = JSON.parse(request.text) as unknown;
    return pathsOf(body).map((path) => ({
      at: `body /${path.join('/')}`,
      request: { ...request, text: JSON.stringify(rename(body, path, random)) },
    }));
  }
  if (!type.startsWith('application/x-www-form-urlencoded')) return [];
  const pairs = [...new URLSearchParams(request.text)];
  return pairs.map(([name], index) => ({
    at: `form ${name}`,
    request: {
      ...request,
      text: new URLSearchParams(
        pairs.map(([one, value], at): [string, string] => [
          at === index ? one.replace(/[A-Za-z_]+(?=\]?$|\]\[\d*\]$)/, (word) => misspell(word, random)) : one,
          value,
        ]),
      ).toString(),
    },
  }));
}

/** Returns the path of each member of each object. */
function pathsOf(value: unknown, path: readonly string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => [
    ...(Array.isArray(value) ? [] : [[...path, name]]),
    ...pathsOf(inner, [...path, name]),
  ]);
}

function rename(value: unknown, [name = '', ...rest]: readonly string[], random: () => number): unknown {
  if (Array.isArray(value))
    return value.map((inner, index) => (String(index) === name ? rename(inner, rest, random) : inner));
  const members = Object.entries(value as object).map(([one, inner]) => {
    if (one !== name) return [one, inner];
    return rest.length === 0 ? [misspell(one, random), inner] : [one, rename(inner, rest, random)];
  });
  return Object.fromEntries(members);
}

/** Doubles one letter of a word. */
function misspell(word: string, random: () => number): string {
  const letters = [...word.matchAll(/[A-Za-z0-9]/g)].map(({ index }) => index);
  const at = letters[Math.floor(random() * letters.length)] ?? 0;
  return `${word.slice(0, at + 1)}${word[at] ?? 'x'}${word.slice(at + 1)}`;
}
