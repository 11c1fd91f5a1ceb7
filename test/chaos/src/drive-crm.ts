import type { CrmClient } from './clients.ts';
import { crmOrganization, currency } from './crm.ts';
import { type Driving, pause } from './driving.ts';
import { createRandom } from './random.ts';
import { callMs, createUntilAnswered } from './until-answered.ts';
import type { ChaosWorkflow } from './workflows.ts';

/** Minimum number of rounds, each with new persons, even on a busy machine. */
const minRounds = 8;

/** Makes contacts, each with an opportunity, and lets them enter the workflow that writes to the CRM. */
export async function driveCrm(
  driving: Driving & { crm: readonly ChaosWorkflow[]; crmClients: readonly CrmClient[] },
): Promise<void> {
  const { crm, crmClients, history, untilAnswered } = driving;
  const untilCrmAnswered = createUntilAnswered(crmClients);
  const random = createRandom(driving.seed, 'crm');

  /**
   * Makes a contact and its opportunity. A repeated call uses the key of the first call, so it makes no second record.
   */
  async function makeOpportunity(ref: string, email: string, amount: number): Promise<string> {
    const optionsOf = (record: string) => ({ headers: { 'idempotency-key': `${record}-${ref}` }, timeoutMs: callMs });
    const { contact } = await untilCrmAnswered((client) =>
      client.contacts(crmOrganization).createCrmContact({ email, firstName: ref }, optionsOf('contact')),
    );
    const request = { name: ref, contactId: contact?.id ?? '', amountCents: BigInt(amount), currency };
    const { opportunity } = await untilCrmAnswered((client) =>
      client.opportunities(crmOrganization).createCrmOpportunity(request, optionsOf('opportunity')),
    );
    history.opportunities.push({ ref, amount });
    return opportunity?.publicId ?? '';
  }

  for (let round = 0; round < minRounds || !driving.stopped.aborted; round++) {
    const contacts: { lead_ref: string; email: string; org: string; n: number; opportunity: string }[] = [];
    for (let index = random.between(1, 3); index > 0; index--) {
      const ref = `r${round}-${index}`;
      const email = `${ref}@crm.example`;
      const opportunity = await makeOpportunity(ref, email, random.between(1, 100_000));
      contacts.push({ lead_ref: ref, email, org: String(crmOrganization), n: random.between(0, 99), opportunity });
    }
    for (const { id: workflowId, organizationId } of crm) {
      const request = { workflowId, contacts: Buffer.from(JSON.stringify(contacts)) };
      const headers = { 'idempotency-key': `crm-${round}` };
      const { enrollmentIds } = await untilAnswered((client) =>
        client.enrollments(organizationId).bulkEnroll(request, { headers, timeoutMs: callMs }),
      );
      history.calls.push({ workflowId, organizationId, refs: contacts.map((one) => one.lead_ref), ids: enrollmentIds });
    }
    await pause(driving, random.between(300, 1_200));
  }
}
