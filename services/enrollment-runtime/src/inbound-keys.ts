import { createPublicKey, type KeyObject } from 'node:crypto';
import { ConfigError } from '@drippulse/process';

/**
 * Reads BOUNCE_WEBHOOK_SECRET: base64, with or without `whsec_` before it (Standard Webhooks). The ConfigError for an
 * invalid secret does not quote it.
 */
export function parseBounceSecret(text: string): Buffer {
  const secret = Buffer.from(text.replace(/^whsec_/, ''), 'base64');
  if (secret.length >= 24) return secret;
  throw new ConfigError([
    'BOUNCE_WEBHOOK_SECRET: must be at least 24 bytes in base64, with or without whsec_ before it',
  ]);
}

/** Reads SENDGRID_WEBHOOK_KEY, SendGrid's verification key: a P-256 public key in base64. */
export function parseSendgridKey(text: string): KeyObject {
  try {
    const key = createPublicKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'spki' });
    if (key.asymmetricKeyType === 'ec') return key;
  } catch {
    // The error below reports the invalid key.
  }
  throw new ConfigError([
    'SENDGRID_WEBHOOK_KEY: must be the verification key of SendGrid: a public key of P-256 in base64',
  ]);
}
