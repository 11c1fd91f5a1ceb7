import { createHmac, type KeyObject, randomBytes, sign } from 'node:crypto';

/** The report of a mail server: a value, or the bytes of a body that may not be JSON. */
type Reported = object | string | Buffer;

function bytesOf(reported: Reported): Buffer {
  if (Buffer.isBuffer(reported)) return reported;
  return Buffer.from(typeof reported === 'string' ? reported : JSON.stringify(reported));
}

function requestOf(data: Buffer, headers: Record<string, string>) {
  return { request: { body: { contentType: 'application/json', data } }, options: { headers } };
}

/** Builds a report with a signature of Standard Webhooks; `at` is in seconds. */
export function standardReport(body: Reported, { key, at, id }: { key: Buffer; at: number | string; id?: string }) {
  const [data, messageId] = [bytesOf(body), id ?? `msg_${randomBytes(6).toString('hex')}`];
  const signature = createHmac('sha256', key).update(`${messageId}.${at}.`).update(data).digest('base64');
  return requestOf(data, {
    'webhook-id': messageId,
    'webhook-timestamp': String(at),
    'webhook-signature': `v1,${signature}`,
  });
}

/**
 * Builds events with the signature of SendGrid; `at` is in seconds. The signature is in DER; the other encoding of
 * ECDSA is refused.
 */
export function sendgridReport(
  body: Reported,
  { key, at, encoding = 'der' }: { key: KeyObject; at: number | string; encoding?: 'der' | 'ieee-p1363' },
) {
  const data = bytesOf(body);
  const signed = Buffer.concat([Buffer.from(String(at)), data]);
  return requestOf(data, {
    'x-twilio-email-event-webhook-timestamp': String(at),
    'x-twilio-email-event-webhook-signature': sign('sha256', signed, { key, dsaEncoding: encoding }).toString('base64'),
  });
}
