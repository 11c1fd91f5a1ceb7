import type { Settings } from './config.ts';
import { mailDir, urlHost } from './environment.ts';
import type { Secrets } from './secrets.ts';

/**
 * Returns the text that `npm start` prints once everything is ready: the platform's address, the credentials, and three
 * calls to copy.
 */
export function banner(
  settings: Settings,
  secrets: Secrets,
  running: { port: number; opsPort: number; seconds: number; logFile: string },
): string {
  const base = `http://${urlHost(settings.host)}:${running.port}`;
  const mails = settings.smtpUrl === undefined ? `files in ${mailDir(settings)}` : 'sent through SMTP_URL';
  const links = settings.ofServices['PUBLIC_URL'] ?? base;
  const privateAddresses = settings.allowPrivate
    ? 'allowed, so that webhooks reach this machine (WEBHOOK_ALLOW_PRIVATE)'
    : 'refused (WEBHOOK_ALLOW_PRIVATE)';
  const override = settings.ofServices['PROVIDER_HOSTS_OVERRIDE'];
  const providers =
    override === undefined ? '' : `\n  Providers          all calls go to ${override} (PROVIDER_HOSTS_OVERRIDE)`;
  return `
DripPulse is ready: ${base}

  Documentation      ${base}/docs
  Metrics, readiness http://${urlHost(settings.opsHost)}:${running.opsPort}/metrics and /ready
  Admin              ${settings.adminUsername} / ${secrets.adminPassword}
  API key            ${secrets.apiKey}
  Mails              ${mails}
  Links in mails     begin with ${links} (PUBLIC_URL)
  Private addresses  ${privateAddresses}${providers}
  Data and logs      ${settings.dataDir}, ${running.logFile}

Three calls to begin with (started in ${running.seconds.toFixed(1)} s; Ctrl-C stops everything):

  export API_BASE=${base}/api/v1 TOKEN=${secrets.apiKey}

  curl -s $API_BASE/workflows -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' -d '{"name":"Hello","status":"active","steps":[{"type":"trigger","name":"Start"},{"type":"wait","name":"Pause","duration":5,"unit":"seconds"},{"type":"log","name":"Done","message":"Hello {{ first_name }}"}]}'

  curl -s $API_BASE/workflows/1/enrollments/bulk -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' -d '{"contacts":[{"email":"ada@example.com","first_name":"Ada"},{"email":"alan@example.com","first_name":"Alan"}]}'

  curl -s $API_BASE/workflows/1/enrollments -H "Authorization: Bearer $TOKEN"
`;
}
