import { createHmac } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { RunningPlatform } from '@drippulse/harness';

/**
 * Reads the mails that a platform has written to its folder, and removes the line breaks of quoted-printable. The
 * result is exact enough for links.
 */
export function readMails({ dataDir }: RunningPlatform): string[] {
  const folder = path.join(dataDir, 'mail');
  return readdirSync(folder)
    .filter((name) => name.endsWith('.eml'))
    .map((name) =>
      readFileSync(path.join(folder, name), 'utf8')
        .replaceAll(/=\r?\n/g, '')
        .replaceAll('=3D', '='),
    );
}

/** Returns the first link of a kind in a mail. */
export function linkIn(mail: string, kind: 'pixel.gif' | 'click' | 'unsubscribe'): string {
  return new RegExp(`http://[^"<>\\s]*/track/n/${kind}\\?token=[\\w-]+`).exec(mail)?.[0] ?? '';
}

export function messageIdIn(mail: string): string | undefined {
  return /^Message-ID: (\S+)/im.exec(mail)?.[1];
}

/** Requests a link unchanged, without following redirects. */
export function request(url: string, init: RequestInit = {}): Promise<Response> {
  return fetch(url, { redirect: 'manual', ...init });
}

/** Sends a message that is signed according to Standard Webhooks, and returns the response. */
export async function sendSigned(url: string, secret: string, message: { id: string; body: Buffer | string }) {
  const at = Math.floor(Date.now() / 1_000);
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
  const hmac = createHmac('sha256', key).update(`${message.id}.${at}.`).update(message.body);
  const headers = {
    'content-type': 'application/json',
    'webhook-id': message.id,
    'webhook-timestamp': String(at),
    'webhook-signature': `v1,${hmac.digest('base64')}`,
  };
  const answer = await request(url, { method: 'POST', body: message.body, headers });
  return { status: answer.status, body: Object(await answer.json()) };
}
