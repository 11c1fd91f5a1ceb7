/**
 * Texts that look like keys. Prompts are made of named fields, none of which is a secret; this is for secrets that
 * somebody has written into a field, a note or a mail.
 */
const secrets = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  /\b(?:whsec|sk|pk|rk|ghp|gho|ghs|github_pat|glpat|dpk|drp|xox[abeoprs])[_-][\w/+=-]{12,}/g,
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g,
  /\bAIza[\w-]{30,}/g,
  /\beyJ[\w-]{8,512}\.[\w-]{8,2048}\.[\w-]{8,}/g,
  /\bBearer\s+[\w.~+/=-]{12,}/gi,
  /\bSG\.[\w-]{16,64}\.[\w-]{16,}/g,
];

/** What somebody has named a secret. */
const namedSecret =
  /\b((?:password|passwd|api[_-]?key|secret|access[_-]?token|client[_-]?secret)["']?\s{0,4}[:=]\s{0,4}["']?)[^\s"',}]{6,}/gi;

/** The text with a note in place of each. Repetitions are bounded, so that the time grows with the text alone. */
export function maskSecrets(text: string): string {
  const masked = secrets.reduce((rest, pattern) => rest.replaceAll(pattern, '[secret removed]'), text);
  return masked.replaceAll(namedSecret, '$1[secret removed]');
}
