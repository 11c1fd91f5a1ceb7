const mechanisms = [
  anyCase('plain', 'login', 'cram-md5', 'digest-md5', 'xoauth2', 'oauthbearer', 'ntlm', 'gssapi'),
  `${anyCase('scram-')}[\\w-]{1,20}`,
].join('|');

/**
 * Credentials that are known by their form, as sources of regular expressions. This is the platform's only list of
 * them: requests, responses, errors and logs are searched with it. If a format keeps its first word, such as `Bearer`,
 * the word is in a lookbehind. Every repetition is bounded or of one class of characters, so a search takes one pass.
 */
export const formats: Readonly<Record<string, string>> = {
  'API key of DripPulse': '\\badcrm_(?:live|test)_[0-9A-Za-z]{8,}',
  'secret of Standard Webhooks': '\\bwhsec_[A-Za-z0-9+/=_-]{16,}',
  'private key in PEM':
    '-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----[^"\'<]*?(?:-----END [A-Z0-9 ]{0,50}-----|(?=["\'<])|$)',
  'private key of PuTTY': '(?<=Private-Lines: \\d{1,4}\\s{1,2})[A-Za-z0-9+/=\\s]+',
  'age identity': '\\bAGE-SECRET-KEY-1[0-9A-Z]{20,}',
  'JWT or JWE': '\\beyJ[\\w-]{8,}\\.[\\w-]{8,}(?:\\.[\\w-]*){0,3}',
  'Bearer, Basic or Negotiate': `(?<=\\b(?:${anyCase('bearer', 'basic', 'negotiate')})\\s{1,4})(?:(?=[^\\s"',;<>]{0,200}\\d)[\\w.~+/=-]{6,}|[\\w.~+/-]{20,}=*|[\\w+/]{6,}={1,2})`,
  'AUTH of SMTP, IMAP and POP': `(?<=\\b(?:${anyCase('auth', 'authenticate')})\\s{1,4}(?:${mechanisms})\\s{1,4})[A-Za-z0-9+/=_-]{3,}`,
  'line of a cookie': `(?<=\\b${anyCase('cookie')}["']?:\\s{0,4}["']?)[^\\s"'\\\\<>][^\\r\\n"'\\\\<>]{2,}`,
  'password in a URL': '(?<=:\\/\\/[^:/?#\\s"\'@]{0,256}:)[^@/\\s"\'\\\\]{1,256}(?=@)',
  'Stripe, OpenAI, Anthropic and others': '\\b(?:sk|rk|pk|dp)[_-][\\w-]{12,}',
  AWS: '\\b(?:AKIA|ASIA|ABIA|ACCA)[0-9A-Z]{16}\\b',
  GitHub: '\\b(?:gh[opsur]_[A-Za-z0-9]{12,}|github_pat_\\w{20,})',
  GitLab: '\\bgl(?:pat|ptt|dt|rt|cbt|soat|ft|oas)-[\\w.-]{16,}',
  Slack: '\\b(?:xox[a-z]|xapp|xoxe\\.xox[bp])-[\\w-]{10,}',
  'webhook of Slack': '(?<=hooks\\.slack\\.com\\/(?:services|workflows|triggers)\\/)[\\w/-]{16,}',
  'webhook of Discord': '(?<=\\/api\\/webhooks\\/\\d{10,25}\\/)[\\w-]{20,}',
  Google: '\\b(?:AIza[\\w-]{30,}|ya29\\.[\\w.-]{6,}|GOCSPX-[\\w-]{16,}|1\\/\\/0[\\w-]{20,})',
  SendGrid: '\\bSG\\.[\\w-]{10,}\\.[\\w-]{10,}',
  Mailgun: '\\bkey-[0-9a-f]{32}\\b',
  Mailchimp: '\\b[0-9a-f]{32}-us\\d{1,2}\\b',
  Twilio: '\\bSK[0-9a-f]{32}\\b',
  HubSpot: '\\bpat-(?:na|eu|ap)\\d-[0-9a-f-]{30,}',
  Salesforce: '\\b00D[A-Za-z0-9]{12,15}![A-Za-z0-9._]{20,}',
  Shopify: '\\bshp(?:at|ca|pa|ss)_[0-9a-fA-F]{16,}',
  Square: '\\b(?:sq0(?:atp|csp)-[\\w-]{20,}|EAAA[\\w-]{40,})',
  Facebook: '\\bEAA[A-Za-z0-9]{40,}',
  npm: '\\bnpm_[A-Za-z0-9]{30,}',
  PyPI: '\\bpypi-[\\w-]{20,}',
  Docker: '\\bdckr_(?:pat|oat)_[\\w-]{16,}',
  DigitalOcean: '\\bdo[opr]_v1_[0-9a-f]{20,}',
  Linear: '\\blin_(?:api|oauth)_[A-Za-z0-9]{16,}',
  Notion: '\\b(?:ntn_[A-Za-z0-9]{20,}|secret_[A-Za-z0-9]{30,})',
  Postman: '\\bPMAK-[0-9a-f-]{20,}',
  Databricks: '\\bdapi[0-9a-f]{32}',
  'Hugging Face': '\\bhf_[A-Za-z]{20,}',
  Telegram: '\\b\\d{8,10}:AA[\\w-]{32,}',
  Atlassian: '\\bATATT3x[\\w=-]{20,}',
  Airtable: '\\bpat[A-Za-z0-9]{14}\\.[0-9a-f]{40,}',
  'New Relic': '\\bNRAK-[A-Z0-9]{20,}',
  Sentry: '\\bsntry[su]_[\\w=+/-]{20,}',
  Grafana: '\\bgl(?:sa|c)_[\\w=+/-]{20,}',
  'HashiCorp Vault': '\\bhv[sbr]\\.[\\w-]{20,}',
};

/**
 * Matches words in any letter case. This is done per word, because vendors' prefixes are case-sensitive, so the search
 * as a whole must be too.
 */
function anyCase(...words: string[]): string {
  const either = (letter: string) => `[${letter}${letter.toUpperCase()}]`;
  return words.map((word) => word.replace(/[a-z]/g, either)).join('|');
}
