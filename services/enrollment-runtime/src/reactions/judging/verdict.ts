/**
 * The origin of a hit: a person, a program that checks links, a proxy that fetches pictures for readers, or unclear.
 */
export type Verdict = 'human' | 'scanner' | 'privacy_proxy' | 'unknown';
