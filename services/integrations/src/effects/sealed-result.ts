import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { type EffectResult, EffectResultSchema } from '@drippulse/proto/drippulse/journeys/v1/effects_pb';
import type { AskedEffect } from './effect.ts';

const algorithm = 'aes-256-gcm';
const nonceBytes = 12;
const tagBytes = 16;

type Asked = Pick<AskedEffect, 'key' | 'request'>;

/**
 * Seals a result with its request, which only the runtime keeps. A repeat has the same request bytes, and can open the
 * result. When a person is erased, the runtime empties the request, and nobody can open the result any more.
 */
export function sealResult(asked: Asked, result: EffectResult): Buffer {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv(algorithm, keyOf(asked), nonce);
  const text = Buffer.concat([cipher.update(toBinary(EffectResultSchema, result)), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), text]);
}

/** Opens a sealed result. Returns undefined if the result belongs to a different request. */
export function openResult(asked: Asked, box: Buffer): EffectResult | undefined {
  const nonce = box.subarray(0, nonceBytes);
  const decipher = createDecipheriv(algorithm, keyOf(asked), nonce, { authTagLength: tagBytes });
  decipher.setAuthTag(box.subarray(nonceBytes, nonceBytes + tagBytes));
  try {
    const text = Buffer.concat([decipher.update(box.subarray(nonceBytes + tagBytes)), decipher.final()]);
    return fromBinary(EffectResultSchema, text);
  } catch {
    return undefined;
  }
}

function keyOf({ key, request }: Asked): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', request, key, 'drippulse effect result', 32));
}
