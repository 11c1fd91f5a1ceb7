/** A shorter text is a part of too many words. */
const shortestForm = 6;

/**
 * The forms in which a server may send a known secret back: as it is, without its scheme, the password of Basic, each
 * of these escaped for a URL, JSON and HTML, and in base64 at any place of a longer text. The longest comes first.
 */
export function formsOf(secrets: readonly string[]): string[] {
  const forms = new Set(secrets.flatMap(partsOf).flatMap((part) => [part, ...escapesOf(part), ...base64Of(part)]));
  return [...forms].filter((form) => form.length >= shortestForm).sort((one, other) => other.length - one.length);
}

function partsOf(secret: string): string[] {
  const [, scheme = '', bare = ''] = /^\s*([A-Za-z][\w-]*)\s+(\S.*)$/s.exec(secret) ?? [];
  if (bare === '') return [secret];
  if (!/^basic$/i.test(scheme)) return [secret, bare];
  const login = Buffer.from(bare, 'base64').toString();
  return [secret, bare, login, login.slice(login.indexOf(':') + 1)];
}

function escapesOf(part: string): string[] {
  const inJson = JSON.stringify(part).slice(1, -1);
  return [
    encodeURIComponent(part.toWellFormed()),
    new URLSearchParams({ '': part }).toString().slice(1),
    inJson,
    inJson.replaceAll('/', '\\/'),
    part.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;'),
  ];
}

/** The characters that the part alone decides, at each of the three places where it may begin in a group. */
function base64Of(part: string): string[] {
  const bytes = Buffer.from(part);
  return [0, 1, 2].flatMap((offset) => {
    const text = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    const sharesLast = (offset + bytes.length) % 3 !== 0;
    const own = text.slice(Math.ceil((offset * 4) / 3), sharesLast ? -1 : undefined);
    return [own, own.replaceAll('+', '-').replaceAll('/', '_')];
  });
}
