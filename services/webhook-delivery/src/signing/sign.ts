import { Webhook } from 'standardwebhooks';

/** The parts that Standard Webhooks signs as `{id}.{unix seconds of at}.{body}`. */
export type Signed = { id: string; at: Date; body: string };

/**
 * Returns the value of `webhook-signature`: a signature for each secret, separated by spaces; receivers accept any of
 * them.
 */
export function signatures(secrets: readonly string[], { id, at, body }: Signed): string {
  return secrets.map((secret) => new Webhook(secret).sign(id, at, body)).join(' ');
}
