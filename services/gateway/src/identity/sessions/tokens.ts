import { createHash } from 'node:crypto';
import type { Clock } from '@drippulse/loops';
import { ConfigError } from '@drippulse/process';
import { jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';

/** Claims of a session token. Role and organization are in the rows of the session and its user. */
export type SessionClaims = { sessionId: string; userId: bigint; expiresAt: Date };

export type SessionTokens = {
  sign(claims: SessionClaims): Promise<string>;
  /** Undefined unless the token is one of these keys and has not expired. */
  read(token: string): Promise<SessionClaims | undefined>;
};

const algorithm = 'HS256';
const issuer = 'drippulse';
const audience = 'drippulse-api';
const uuid = z.uuid();

/** Session tokens by `SESSION_KEYS`: base64 keys of at least 32 bytes, comma-separated; the first signs, all verify. */
export function createSessionTokens(keys: string, clock: Clock): SessionTokens {
  const ring = parseSessionKeys(keys);
  const [current] = ring;
  const byId = new Map(ring.map((key) => [key.id, key.secret]));

  return {
    sign: ({ sessionId, userId, expiresAt }) =>
      new SignJWT({ sid: sessionId })
        .setProtectedHeader({ alg: algorithm, kid: current.id, typ: 'JWT' })
        .setSubject(String(userId))
        .setIssuer(issuer)
        .setAudience(audience)
        .setIssuedAt(clock.now())
        .setExpirationTime(expiresAt)
        .sign(current.secret),

    async read(token) {
      try {
        const { payload } = await jwtVerify<{ sid: string }>(
          token,
          ({ kid }) => byId.get(kid ?? '') ?? Promise.reject(new Error('signed by an unknown key')),
          {
            algorithms: [algorithm],
            issuer,
            audience,
            currentDate: clock.now(),
            requiredClaims: ['sid', 'sub', 'exp'],
          },
        );
        const { sid, sub, exp } = payload;
        if (!uuid.safeParse(sid).success || !/^\d{1,18}$/.test(sub ?? '') || exp === undefined) return undefined;
        return { sessionId: sid, userId: BigInt(sub ?? ''), expiresAt: new Date(exp * 1000) };
      } catch {
        return undefined;
      }
    },
  };
}

type SessionKey = { id: string; secret: Uint8Array };

/** Reads SESSION_KEYS. Throws a ConfigError that never quotes a key. */
export function parseSessionKeys(text: string): [SessionKey, ...SessionKey[]] {
  const parts = text.split(',').map((part) => part.trim());
  const [first, ...others] = parts.filter((part) => part !== '').map(parseKey);
  if (!first) throw malformed('must hold at least one key');
  return [first, ...others];
}

function parseKey(part: string): SessionKey {
  const secret = Buffer.from(part, 'base64');
  if (secret.length < 32) throw malformed('each key must be at least 32 bytes in base64 (openssl rand -base64 32)');
  return { id: createHash('sha256').update('session key ').update(secret).digest('hex').slice(0, 12), secret };
}

function malformed(problem: string): ConfigError {
  return new ConfigError([`SESSION_KEYS: ${problem}`]);
}
