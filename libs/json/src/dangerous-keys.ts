/** Keys that free JSON may not have: code that sets members of a plain object by them would change its prototype. */
export const dangerousKeys: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);
