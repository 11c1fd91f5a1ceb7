import { ConfigError } from '@drippulse/process';
import { configReader } from '@drippulse/service';
import { z } from 'zod';

export type Config = ReturnType<typeof readConfig>;

export const readConfig = configReader(
  {
    ARTIFACTS_DIR: z.string().min(1).optional(),
    ARTIFACTS_S3_ENDPOINT: z.url({ protocol: /^https?$/ }).optional(),
    ARTIFACTS_S3_REGION: z.string().min(1).default('us-east-1'),
    ARTIFACTS_S3_ACCESS_KEY_ID: z.string().min(1).optional(),
    ARTIFACTS_S3_SECRET_ACCESS_KEY: z.string().min(1).optional(),
    SMTP_URL: z.url({ protocol: /^smtps?$/ }).optional(),
    MAIL_FROM: z.string().default('drippulse@localhost'),
    MAIL_DIR: z.string().optional(),
    PUBLIC_URL: z.url({ protocol: /^https?$/ }).default('http://localhost:3000'),
  },
  (read) => ({
    /** Folder for report files above 16 MiB, shared by all processes of the service. */
    artifactsDir: read.ARTIFACTS_DIR,
    /**
     * Bucket for report files above 16 MiB, which takes precedence over the folder. With neither, larger reports fail.
     */
    artifactsS3: s3Of(read),
    smtpUrl: read.SMTP_URL,
    mailFrom: read.MAIL_FROM,
    /** Folder into which mails are written as `.eml` files if there is no mail server. */
    mailDir: read.MAIL_DIR,
    /** Base URL of links in mails, without a trailing slash. */
    publicUrl: read.PUBLIC_URL.replace(/\/+$/, ''),
  }),
);

function s3Of(read: {
  ARTIFACTS_S3_ENDPOINT?: string | undefined;
  ARTIFACTS_S3_REGION: string;
  ARTIFACTS_S3_ACCESS_KEY_ID?: string | undefined;
  ARTIFACTS_S3_SECRET_ACCESS_KEY?: string | undefined;
}) {
  const endpoint = read.ARTIFACTS_S3_ENDPOINT;
  if (endpoint === undefined) return undefined;
  const [accessKeyId, secretAccessKey] = [read.ARTIFACTS_S3_ACCESS_KEY_ID, read.ARTIFACTS_S3_SECRET_ACCESS_KEY];
  if (accessKeyId === undefined || secretAccessKey === undefined) {
    throw new ConfigError([
      'ARTIFACTS_S3_ENDPOINT: needs ARTIFACTS_S3_ACCESS_KEY_ID and ARTIFACTS_S3_SECRET_ACCESS_KEY',
    ]);
  }
  return { endpoint, region: read.ARTIFACTS_S3_REGION, accessKeyId, secretAccessKey };
}
