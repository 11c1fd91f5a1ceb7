import { canonical } from './canonical.ts';
import { fold } from './fold.ts';
import { createNeedle, searchText } from './search-text.ts';
import { asItStands, type Span, type View } from './view.ts';

/** Minimum length of a known secret. A shorter text would occur in too many words. */
const shortest = 6;
/**
 * Matches the units of which escapes consist, including the first unit. A string that was cut off may end with a part
 * of an escape.
 */
const escapeUnits = /[%&#\w\ufffd]/;
const escapeStart = /[%&ux\ufffd]/;
const longestHalf = 48;

/** Finds secrets in a view. With `isCut` the end of the view may be the beginning of a secret. */
export type FindSecrets = (view: View, isCut: boolean) => Span[];

/**
 * Makes a search for all known secrets in these forms: unchanged, without the scheme, and as the login and the password
 * of Basic. Each form is also searched in base64, at any position in a longer encoded text.
 */
export function findSecrets(secrets: readonly string[]): FindSecrets {
  const forms = secrets.flatMap(partsOf).flatMap((part) => [part, ...base64Of(part)]);
  const views = forms.map(asItStands).flatMap((view) => [view, canonical(view)]);
  const texts = new Set(views.map((view) => fold(view).text));
  const needles = [...texts].filter(({ length }) => length >= shortest).map(createNeedle);

  return (view, isCut) => {
    if (needles.length === 0) return [];
    const folded = fold(view);
    const { text } = folded;
    const halfFrom = isCut ? startOfHalf(text) : Number.POSITIVE_INFINITY;
    const isEnd = (at: number) => at >= halfFrom && (at === text.length || escapeStart.test(text[at] ?? ''));
    const spans: Span[] = [];
    for (const needle of needles) {
      searchText(needle, text, shortest, (end, matched) => {
        if (matched === needle.text.length) spans.push({ from: folded.from(end - matched), to: folded.to(end - 1) });
        else if (matched >= shortest && isEnd(end))
          spans.push({ from: folded.from(end - matched), to: view.to(view.text.length - 1) });
      });
    }
    return spans;
  };
}

/** Returns the start of a string's tail that may be part of an escape. */
function startOfHalf(text: string): number {
  let at = text.length;
  while (at > 0 && text.length - at < longestHalf && escapeUnits.test(text[at - 1] ?? '')) at -= 1;
  return at;
}

/** Returns the parts of a secret, without a scheme such as `Bearer`, which is not secret. */
function partsOf(secret: string): string[] {
  const [, scheme = '', bare = ''] = /^\s*([A-Za-z][\w-]*)\s+(\S.*)$/s.exec(secret) ?? [];
  if (bare === '') return [secret];
  if (!/^basic$/i.test(scheme)) return [secret, bare];
  const login = Buffer.from(bare, 'base64').toString();
  return [secret, bare, login, login.slice(login.indexOf(':') + 1)];
}

/**
 * Returns the base64 characters that depend only on the part, for each of the three positions in a group of three bytes
 * at which the part may begin.
 */
function base64Of(part: string): string[] {
  const bytes = Buffer.from(part);
  return [0, 1, 2].map((offset) => {
    const text = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    const sharesLast = (offset + bytes.length) % 3 !== 0;
    return text.slice(Math.ceil((offset * 4) / 3), sharesLast ? -1 : undefined);
  });
}
