const redacted = '[redacted]';
const shortestSecret = 6;

// Credentials by their form, anywhere in the text.
const tokens = [
  /\bwhsec_[A-Za-z0-9+/=]{16,}/g,
  /\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g,
  /\b(?:sk|rk|pk|dp|ghp|gho|xox[abp])[_-][\w-]{12,}/g,
  /\bAKIA[0-9A-Z]{16}\b/g,
];
// Credentials by their names: `"api_key": "…"`, `Authorization: Bearer …`, `password=…`.
const scheme = '(?:(?:bearer|basic|token)\\s+)?';
const named = new RegExp(
  `((?:authorization|cookie|pass(?:word|wd)|secret|(?:api|access|private|client|signing)[_-]?(?:key|secret|token)|token)["']?\\s{0,4}[:=]\\s{0,4}["']?${scheme})[^\\s"',;&<>]{3,}`,
  'gi',
);

/** The text of an answer with everything replaced that looks like a credential, and the `known` ones that it may echo. */
export function redact(text: string, known: readonly string[]): string {
  let safe = text;
  for (const secret of known) if (secret.length >= shortestSecret) safe = safe.replaceAll(secret, redacted);
  for (const token of tokens) safe = safe.replaceAll(token, redacted);
  return safe.replaceAll(named, `$1${redacted}`);
}
