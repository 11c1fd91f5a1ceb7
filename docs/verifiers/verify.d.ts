/**
 * Throws unless the request was sent by DripPulse within the last five minutes. `body` is the request's body byte for
 * byte, before any JSON parser has touched it; header names are in lower case.
 */
export declare function verifyWebhook(secret: string, headers: Record<string, string | undefined>, body: string | Buffer, now?: Date): void;
//# sourceMappingURL=verify.d.ts.map