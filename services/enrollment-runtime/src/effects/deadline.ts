import type { EffectKind, JsonObject } from '@drippulse/engine';
import { timeoutOf } from './callback/request.ts';
import { signingTimeoutMs } from './callback/sign.ts';
import { mailTimeoutMs } from './email/mailer.ts';

/** The time within which an attempt has certainly ended, whatever the other side does. */
export function effectDeadlineMs(kind: EffectKind, request: JsonObject): number {
  return kind === 'email' ? mailTimeoutMs : signingTimeoutMs + timeoutOf(request);
}
