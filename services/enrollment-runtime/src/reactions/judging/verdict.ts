/** The maker of a hit: a person, a program that checks links, a proxy that fetches pictures for readers, or unknown. */
export type Verdict = 'human' | 'scanner' | 'privacy_proxy' | 'unknown';
