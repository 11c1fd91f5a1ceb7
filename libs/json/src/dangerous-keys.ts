/** Keys that free JSON may not have: code that sets members of an object by them would change its prototype. */
export const dangerousKeys: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);
