/**
 * Patterns of possible links: with a scheme, without a scheme (`//host`), and host names that programs turn into links.
 * Lengths are bounded and a host name starts at a word boundary, so that matching takes linear time for any text.
 */
const candidates = [
  /[a-z][a-z0-9+.-]{0,30}:(?:[\\/]{1,}|[^\s\d])[^\s<>"'`]*/giu,
  /(?<![\w:])[\\/]{2}[^\s<>"'`]+/gu,
  /(?<![@\p{L}\p{N}_.-])www\.[^\s<>"'`]+/giu,
  /(?<![@\p{L}\p{N}_.-])(?:[\p{L}\p{N}_-]{1,63}\.){1,20}[\p{L}-]{2,63}(?=[/?#:\\])[^\s<>"'`]*/giu,
  /(?<![@\p{L}\p{N}_.-])(?:[\p{L}\p{N}_-]{1,63}\.){2,20}[\p{L}-]{2,63}(?![\p{L}\p{N}_@])/giu,
];
/** Schemes that carry a link or run code. Any other word before a colon is plain text. */
const dangerous = /^(?:javascript|data|vbscript|file|blob|cid|ftp|ws|wss|mailto|tel|sms|intent):/i;

/**
 * Finds links in a model's text to hosts outside `allowed`, up to ten. A reader who follows such a link, or a page that
 * loads it as an image, would leak what the model has read.
 */
export function foreignLinks(text: string, allowed: ReadonlySet<string>): string[] {
  const found = new Set<string>();
  for (const form of formsOf(text)) {
    for (const pattern of candidates) {
      for (const [link] of form.matchAll(pattern)) {
        if (found.size < 10 && !isAllowed(link, allowed)) found.add(link.slice(0, 200));
      }
    }
  }
  return [...found];
}

/** Reads the host name of a setting such as `allowed_link_hosts`; undefined if the text is not a host name. */
export function readHost(text: string): string | undefined {
  const url = URL.parse(`https://${text}/`);
  return url !== null && url.pathname === '/' && url.username === '' && url.port === '' && url.search === ''
    ? url.hostname
    : undefined;
}

function isAllowed(link: string, allowed: ReadonlySet<string>): boolean {
  if (dangerous.test(link)) return false;
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(link)?.[1]?.toLowerCase();
  if (scheme !== undefined && scheme !== 'http' && scheme !== 'https') {
    // `note: text` is not a link; `any://host` and `host.name:443` are.
    if (!/^[^:]*:[\\/]{2}/.test(link) && !scheme.includes('.')) return true;
    if (!scheme.includes('.')) return false;
  }
  const isWhole = scheme === 'http' || scheme === 'https';
  const url = URL.parse(isWhole ? link : `https:${/^[\\/]{2}/.test(link) ? '' : '//'}${link}`);
  // A user name before the host disguises the host.
  return url !== null && url.username === '' && url.password === '' && allowed.has(url.hostname);
}

const named: Readonly<Record<string, string>> = { colon: ':', sol: '/', period: '.', amp: '&', num: '#', quest: '?' };

/** Returns the text itself, and the text after HTML decoding. */
function formsOf(text: string): string[] {
  const visible = text.normalize('NFKC');
  const decoded = visible.replaceAll(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|([a-z]+));?/gi, (whole, decimal, hex, name) => {
    const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal);
    // HTML reads NUL as U+FFFD.
    if (Number.isInteger(code) && code <= 0x10_ffff) return String.fromCodePoint(code === 0 ? 0xfffd : code);
    return named[String(name).toLowerCase()] ?? whole;
  });
  return decoded === visible ? [visible] : [visible, decoded];
}
