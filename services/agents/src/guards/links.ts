/**
 * Whatever may become a link: with a scheme, without one (`//host`), and names of hosts that programs make links of.
 * Lengths are bounded, and a name begins where a word begins, so that the time grows with the text alone, whatever is
 * in it.
 */
const candidates = [
  /[a-z][a-z0-9+.-]{0,30}:(?:[\\/]{1,}|[^\s\d])[^\s<>"'`]*/giu,
  /(?<![\w:])[\\/]{2}[^\s<>"'`]+/gu,
  /(?<![@\p{L}\p{N}_.-])www\.[^\s<>"'`]+/giu,
  /(?<![@\p{L}\p{N}_.-])(?:[\p{L}\p{N}_-]{1,63}\.){1,20}[\p{L}-]{2,63}(?=[/?#:\\])[^\s<>"'`]*/giu,
  /(?<![@\p{L}\p{N}_.-])(?:[\p{L}\p{N}_-]{1,63}\.){2,20}[\p{L}-]{2,63}(?![\p{L}\p{N}_@])/giu,
];
/** Schemes that carry a link or run something. Another word before a colon is text. */
const dangerous = /^(?:javascript|data|vbscript|file|blob|cid|ftp|ws|wss|mailto|tel|sms|intent):/i;

/**
 * The links in a text to hosts that are not among `allowed`, at most ten. The text is what a model wrote: a link, or an
 * image that a page loads, would carry out what the model has read.
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

/** The host of a setting such as `allowed_link_hosts`; undefined for anything that is no name of a host alone. */
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
    // `note: text` is no link, `any://host` and `host.name:443` are.
    if (!/^[^:]*:[\\/]{2}/.test(link) && !scheme.includes('.')) return true;
    if (!scheme.includes('.')) return false;
  }
  const isWhole = scheme === 'http' || scheme === 'https';
  const url = URL.parse(isWhole ? link : `https:${/^[\\/]{2}/.test(link) ? '' : '//'}${link}`);
  // A user name before the host makes it look like another one.
  return url !== null && url.username === '' && url.password === '' && allowed.has(url.hostname);
}

const named: Readonly<Record<string, string>> = { colon: ':', sol: '/', period: '.', amp: '&', num: '#', quest: '?' };

/** The text as it is, and as a page would show it that takes it for HTML. */
function formsOf(text: string): string[] {
  const visible = text.normalize('NFKC');
  const decoded = visible.replaceAll(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|([a-z]+));?/gi, (whole, decimal, hex, name) => {
    const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal);
    // As HTML reads it, NUL is U+FFFD.
    if (Number.isInteger(code) && code <= 0x10_ffff) return String.fromCodePoint(code === 0 ? 0xfffd : code);
    return named[String(name).toLowerCase()] ?? whole;
  });
  return decoded === visible ? [visible] : [visible, decoded];
}
