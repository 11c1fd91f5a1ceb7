import { createHttpClient, type HttpClient, type Resolve } from '@drippulse/http';
import { createMailer, type Mailer } from '@drippulse/mail';
import type { Config } from '../config.ts';

/** The adapters through which effects leave the process. */
export type EffectAdapters = {
  http: HttpClient;
  /** Undefined when there is neither a mail server nor a folder for mails. */
  mailer: Mailer | undefined;
  close(): Promise<void>;
};

export function createEffectAdapters(o: {
  config: Pick<Config, 'allowPrivate' | 'smtpUrl' | 'mailFrom' | 'mailDir'>;
  resolve?: Resolve | undefined;
}): EffectAdapters {
  const http = createHttpClient({
    allowPrivate: o.config.allowPrivate,
    userAgent: 'DripPulse',
    ...(o.resolve && { resolve: o.resolve }),
  });
  const mailer = createMailer(o.config);
  return {
    http,
    mailer,
    async close() {
      await mailer?.close();
      await http.close();
    },
  };
}
