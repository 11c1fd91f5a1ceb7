import { z } from 'zod';

/** The times at which a report is repeated, and the recipients of the reports. */
export type ReportSchedule = {
  cron: string;
  timezone: string;
  /** Ids of the members who get the reports. */
  recipients: readonly bigint[];
  skipWhenEmpty: boolean;
  paused: boolean;
  /** The member who set the schedule; undefined if an API key set it. */
  owner?: bigint;
};

const stored = z.object({
  cron: z.string(),
  timezone: z.string(),
  recipients: z.array(z.string()),
  skip_when_empty: z.boolean(),
  paused: z.boolean(),
  owner: z.string().optional(),
});

export function packSchedule(schedule: ReportSchedule): string {
  const { cron, timezone, recipients, skipWhenEmpty, paused, owner } = schedule;
  const packed: z.infer<typeof stored> = {
    cron,
    timezone,
    recipients: recipients.map(String),
    skip_when_empty: skipWhenEmpty,
    paused,
    ...(owner !== undefined && { owner: String(owner) }),
  };
  return JSON.stringify(packed);
}

export function unpackSchedule(text: string): ReportSchedule {
  const { recipients, skip_when_empty: skipWhenEmpty, owner, ...rest } = stored.parse(JSON.parse(text));
  return {
    ...rest,
    recipients: recipients.map(BigInt),
    skipWhenEmpty,
    ...(owner !== undefined && { owner: BigInt(owner) }),
  };
}
