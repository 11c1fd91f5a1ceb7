import { Cron } from 'croner';

/** When a trigger ticks. `frequency` is hourly, daily, weekly or a cron expression of five fields. */
export type Schedule = { frequency: string; timezone: string };

const named: Record<string, string> = { hourly: '0 * * * *', daily: '0 0 * * *', weekly: '0 0 * * 1' };

/**
 * The first tick after `after`, or undefined when there is none any more. A local time that is skipped when clocks go
 * forward ticks at the next time that exists, one that comes twice ticks once.
 */
export function nextTick({ frequency, timezone }: Schedule, after: Date): Date | undefined {
  return cronOf(frequency, timezone).nextRun(after) ?? undefined;
}

/** What is wrong with a frequency, as the end of a sentence, or undefined. */
export function frequencyProblem(frequency: string): string | undefined {
  try {
    cronOf(frequency, 'UTC');
    return undefined;
  } catch {
    return 'must be hourly, daily, weekly or a cron expression of five fields';
  }
}

function cronOf(frequency: string, timezone: string): Cron {
  const name = frequency.trim().toLowerCase();
  return new Cron(named[name] ?? name, { timezone, mode: '5-part', paused: true });
}
