import { textFor } from '@drippulse/process';
import { configReader, redisUrlVariable } from '@drippulse/service';
import { z } from 'zod';
import { publicUrlVariable } from '../public-url.ts';
import { parseSessionKeys } from './sessions/tokens.ts';

export type Config = ReturnType<typeof readConfig>;

/** Reads the configuration of the identity service, in a process of its own or within the gateway. */
export const readConfig = configReader(
  {
    SESSION_KEYS: textFor(parseSessionKeys),
    REDIS_URL: redisUrlVariable,
    PUBLIC_URL: publicUrlVariable,
    GOOGLE_CLIENT_ID: z.string().min(1).optional(),
    GOOGLE_CLIENT_SECRET: z.string().min(1).optional(),
    GOOGLE_ISSUER: z.url({ protocol: /^https?$/ }).default('https://accounts.google.com'),
    WEBHOOK_ALLOW_PRIVATE: z.stringbool().default(false),
    SMTP_URL: z.url({ protocol: /^smtps?$/ }).optional(),
    MAIL_FROM: z.string().default('drippulse@localhost'),
    MAIL_DIR: z.string().optional(),
    SIGN_UP: z.enum(['open', 'closed']).default('closed'),
  },
  (read) => ({
    sessionKeys: read.SESSION_KEYS,
    redisUrl: read.REDIS_URL,
    /** External address of the public API, without a trailing slash. */
    publicUrl: read.PUBLIC_URL,
    /** The operator's application at Google; undefined disables sign-in with Google. */
    google: googleOf(read.GOOGLE_ISSUER, read.GOOGLE_CLIENT_ID, read.GOOGLE_CLIENT_SECRET),
    /** Whether providers that organizations name may have private addresses and use plain http, for development. */
    allowPrivate: read.WEBHOOK_ALLOW_PRIVATE,
    smtpUrl: read.SMTP_URL,
    mailFrom: read.MAIL_FROM,
    /** Folder to which mails are written as `.eml` files if no mail server is configured. */
    mailDir: read.MAIL_DIR,
    /** Whether sign-up is open to anybody. */
    isSignUpOpen: read.SIGN_UP === 'open',
  }),
);

function googleOf(issuer: string, id: string | undefined, secret: string | undefined) {
  return id === undefined || secret === undefined ? undefined : { issuer, id, secret };
}
