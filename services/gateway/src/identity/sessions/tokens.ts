import { createHash } from 'node:crypto';
import type { Clock } from '@drippulse/loops';
import { type KeyList, parseKeyList } from '@drippulse/process';
import { jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';

/** Claims of a session token. Role and organization are in the rows of the session and its user. */
export type SessionClaims = { sessionId: string; userId: bigint; expiresAt: Date };

export type SessionTokens = {
  sign(claims: SessionClaims): Promise<string>;
  /** Reads a token. Undefined unless the token was signed with one of these keys and has not expired. */
  read(token: string): Promise<SessionClaims | undefined>;
};

const algorithm = 'HS256';
const issuer = 'drippulse';
const audience = 'drippulse-api';
const uuid = z.uuid();

/**
 * Creates and reads session tokens, signed with `SESSION_KEYS`: base64 keys of 32 bytes, comma-separated. The first key
 * signs; all keys verify.
 */
export function createSessionTokens(keys: string, clock: Clock): SessionTokens {
  const { current, all } = parseSessionKeys(keys);
  const byId = new Map(all.map((key) => [key.id, key.secret]));

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

function keyOf(secret: Buffer): SessionKey {
  return { id: createHash('sha256').update('session key ').update(secret).digest('hex').slice(0, 12), secret };
}

/** Reads SESSION_KEYS. Throws a ConfigError that never quotes a key. */
export function parseSessionKeys(text: string): KeyList<SessionKey> {
  return parseKeyList('SESSION_KEYS', text, keyOf);
}
