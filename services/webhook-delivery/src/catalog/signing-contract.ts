import { signatures } from '../signing/sign.ts';
import { type Envelope, exampleBody } from './body.ts';
import { eventTypes } from './event-types.ts';

const secret = `whsec_${Buffer.from('drippulse-verification-vector-01').toString('base64')}`;
const at = new Date('2026-11-25T12:00:00.000Z');
const id = 'evt_019abade-4a00-7000-8000-000000000001';

/** Makes the envelope of examples. */
export function exampleEnvelope(type: string): Envelope {
  return { id, type, at, organizationId: 1n };
}

/**
 * Returns the signing contract, with an example whose timestamp is old. Apart from this, a verifier accepts the
 * example.
 */
export function signingContract() {
  const [first] = eventTypes;
  const body = first === undefined ? '{}' : exampleBody(first, exampleEnvelope(first.type));
  return {
    scheme: 'standard-webhooks/1.0.0',
    headers: ['webhook-id', 'webhook-timestamp', 'webhook-signature'],
    signedContent: '{webhook-id}.{webhook-timestamp}.{body}',
    toleranceSeconds: 300,
    testVector: {
      secret,
      id,
      timestamp: String(at.getTime() / 1000),
      body,
      signature: signatures([secret], { id, at, body }),
    },
  };
}
