/**
 * Patterns of strings that look like keys. Prompts are built from named fields without secrets. These patterns find
 * secrets that somebody wrote into a field, a note or a mail.
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

/** A value whose name says that it is a secret. */
const namedSecret =
  /\b((?:password|passwd|api[_-]?key|secret|access[_-]?token|client[_-]?secret)["']?\s{0,4}[:=]\s{0,4}["']?)[^\s"',}]{6,}/gi;

/** Replaces each secret with a placeholder. Repetitions are bounded, so that matching takes linear time. */
export function maskSecrets(text: string): string {
  const masked = secrets.reduce((rest, pattern) => rest.replaceAll(pattern, '[secret removed]'), text);
  return masked.replaceAll(namedSecret, '$1[secret removed]');
}
