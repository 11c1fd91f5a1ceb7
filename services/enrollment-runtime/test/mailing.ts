import { SpanUnit } from '@drippulse/proto/drippulse/messaging/v1/rules_pb';
import { eventually } from '@drippulse/testing';
import { expect } from '@jest/globals';
import { editor, type Harness, startHarness } from './harness.ts';
import { startMailServer } from './mail-server.ts';
import { json, makeWorkflow, type SettingsInput, type StepInput } from './workflow.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** Makes a span of days, in the form that `per` and `min_gap` have in requests. */
export const days = (duration: number) => ({ duration, unit: SpanUnit.DAYS });

/** Starts runtimes that share a database and a mail server. Each case has an organization of its own. */
export async function startMailing({
  runtimes = 2,
  ...options
}: { runtimes?: number } & Parameters<typeof startHarness>[0] = {}) {
  const server = await startMailServer();
  const harness = await startHarness({ ...options, start: false });
  harness.config.smtpUrl = server.url;
  harness.config.mailFrom = 'Drip <drip@platform.example>';
  for (let count = 0; count < runtimes; count++) await harness.startRuntime();
  let organizations = 100n;
  return {
    server,
    harness,
    newOrganization: () => {
      organizations += 1n;
      return organizationOf(harness, server, organizations);
    },
    /** Moves the time to this hour of the current or next day, in UTC. */
    passToHour(hour: number) {
      const now = Date.now() + shifted;
      const ahead = (hour * hourMs - (now % dayMs) + dayMs) % dayMs;
      shifted += ahead;
      harness.pass(ahead);
    },
    pass(ms: number) {
      shifted += ms;
      harness.pass(ms);
    },
    async stop() {
      await harness.stop();
      await server.stop();
    },
  };
}

let shifted = 0;

type Server = Awaited<ReturnType<typeof startMailServer>>;

/** Returns functions with which a test acts as one organization. */
function organizationOf(harness: Harness, server: Server, organizationId: bigint) {
  const caller = { ...editor, organizationId };
  const admin = { ...caller, role: 'admin' as const };
  return {
    organizationId,
    caller,
    admin,
    rules: (changes: Record<string, unknown>) =>
      harness.rules(admin).updateSendingRules({ ...changes, updateMask: { paths: Object.keys(changes).map(snake) } }),
    /** Makes a workflow of one mail. */
    async mailing(step: Omit<StepInput, 'type'> = {}, before: readonly StepInput[] = [], settings: SettingsInput = {}) {
      const steps = [
        { type: 'trigger' },
        ...before,
        { type: 'email', id: 'mail', subject: 'Hello', body: 'Hello', ...step },
      ];
      return (await makeWorkflow(harness, steps, { organizationId, settings })).id;
    },
    async enroll(workflowId: bigint, emails: readonly string[], timezone?: string) {
      const contacts = json(emails.map((email) => ({ email })));
      const request = { workflowId, contacts, ...(timezone && { timezone }) };
      return (await harness.enrollments(caller).bulkEnroll(request)).enrollmentIds;
    },
    async read(workflowId: bigint, id: bigint) {
      const { enrollment } = await harness.enrollments(caller).getEnrollment({ workflowId, id });
      if (enrollment === undefined) throw new Error('no enrollment');
      return enrollment;
    },
    /** Waits until the newest line of an enrollment has this text. */
    async lineOf(workflowId: bigint, id: bigint, text: string | RegExp) {
      return eventually(async () => {
        const { enrollment } = await harness.enrollments(caller).getEnrollment({ workflowId, id });
        const last = enrollment?.actionTimeline.at(-1);
        expect(last?.message).toMatch(text);
        return last;
      });
    },
    /** Returns the mails to an address, by their Message-IDs. */
    mailsTo: (email: string) => server.mails.filter(({ to }) => to.includes(email)),
  };
}

function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
