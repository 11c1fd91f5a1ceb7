import { configReader } from '@drippulse/service';
import { z } from 'zod';

export type Config = ReturnType<typeof readConfig>;

export const readConfig = configReader(
  {
    HCAPTCHA_SITE_KEY: z.string().min(1).optional(),
    HCAPTCHA_SECRET: z.string().min(1).optional(),
    HCAPTCHA_VERIFY_URL: z.url({ protocol: /^https?$/ }).optional(),
  },
  (read) => ({
    hcaptcha: {
      siteKey: read.HCAPTCHA_SITE_KEY,
      secret: read.HCAPTCHA_SECRET,
      verifyUrl: read.HCAPTCHA_VERIFY_URL ?? 'https://api.hcaptcha.com/siteverify',
      /** Whether the operator has set the verification URL. Such a URL may lead to a private address. */
      isOwnUrl: read.HCAPTCHA_VERIFY_URL !== undefined,
    },
  }),
);
