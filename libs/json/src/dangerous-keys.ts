/** Keys that free JSON may not have, because code that copies such a member into an object may change its prototype. */
export const dangerousKeys: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);
