import { createHmac, timingSafeEqual } from 'node:crypto';

const toleranceSeconds = 300;

/**
 * Throws unless the request was sent by DripPulse within the last five minutes. `body` is the request's body byte for
 * byte, before any JSON parser has touched it; header names are in lower case.
 */
export function verifyWebhook(
  secret: string,
  headers: Record<string, string | undefined>,
  body: string | Buffer,
  now: Date = new Date(),
): void {
  const id = headers['webhook-id'];
  const timestamp = headers['webhook-timestamp'];
  const signatures = headers['webhook-signature'];
  if (!id || !timestamp || !signatures) throw new Error('a webhook header is missing');
  if (!/^\d{1,12}$/.test(timestamp)) throw new Error('webhook-timestamp is not a number');
  if (Math.abs(now.getTime() / 1000 - Number(timestamp)) > toleranceSeconds) throw new Error('too old or too new');

  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const expected = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest();
  // There are two signatures for a day after a rotation; one that matches is enough.
  const matches = signatures.split(' ').some((signature) => {
    const [version, value = ''] = signature.split(',');
    const given = Buffer.from(value, 'base64');
    return version === 'v1' && given.length === expected.length && timingSafeEqual(given, expected);
  });
  if (!matches) throw new Error('no signature matches');
}
