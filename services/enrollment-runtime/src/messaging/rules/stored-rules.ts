import { noRules, type SendingRules } from '@drippulse/engine';

/** Parses the rules of a row. The stored members replace defaults that hold nothing back. */
export function parseRules(stored: string | null | undefined): SendingRules {
  // This service checked and stored the rules.
  return stored ? { ...noRules, ...(JSON.parse(stored) as Partial<SendingRules>) } : noRules;
}

/** Whether any rule may hold or skip a send. Without such a rule the ledger of a contact is not read. */
export function haveLimits({ quietHours, caps, minGap, throughput }: SendingRules): boolean {
  const isThrottled = throughput.perMinute !== null || throughput.perDomainPerMinute !== null;
  return quietHours.length > 0 || caps.length > 0 || minGap !== null || isThrottled;
}
