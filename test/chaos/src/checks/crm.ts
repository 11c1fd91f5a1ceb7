import type { CrmStepFact } from '../crm-facts.ts';
import type { Facts } from '../facts.ts';
import type { Evidence } from './evidence.ts';

/** Kinds of facts as analytics stores them. */
const kinds = { created: 20, won: 21, attributed: 22 };

/**
 * Checks that each write of a step to the CRM succeeds and is done once, that every record was requested by a step or a
 * client, and that analytics counts the leads, the won opportunities and their amounts.
 */
export function checkCrm({ history, facts }: Evidence): string[] {
  const { steps, opportunities } = facts.crm;
  const made = Map.groupBy(opportunities, ({ ref }) => ref);
  return [
    ...steps.flatMap((step) => {
      const place = `${step.kind} of ${step.lead_ref}`;
      if (step.status !== 'succeeded') return [`${place} is ${step.status}: ${step.error}`];
      const count = timesDone(facts, step);
      return count === 1 ? [] : [`${place} succeeded, and was done ${count} times`];
    }),
    ...unasked(facts),
    ...history.opportunities
      .filter(({ ref, amount }) => made.get(ref)?.length !== 1 || made.get(ref)?.[0]?.amount !== amount)
      .map(({ ref }) => `the opportunity of ${ref} was answered, and exists ${made.get(ref)?.length ?? 0} times`),
    ...miscounted(facts),
  ];
}

function timesDone({ crm }: Facts, { kind, lead_ref: ref, n }: CrmStepFact): number {
  switch (kind) {
    case 'crm_create_lead':
      return crm.leads.filter((lead) => lead.ref === ref).length;
    case 'crm_create_activity':
      return crm.notes.filter((note) => note.ref === ref && note.about === ref).length;
    case 'crm_update_record':
      return crm.leads.filter((lead) => lead.ref === ref && lead.score === n).length;
    case 'crm_move_opportunity':
      return crm.opportunities.filter((one) => one.ref === ref && one.status === 'won').length;
    default:
      return Number.NaN;
  }
}

/**
 * Returns the records that no step requested. A call whose response was lost is repeated with its key, so it does not
 * make a further record.
 */
function unasked({ crm }: Facts): string[] {
  const asked = new Set(crm.steps.map(({ kind, lead_ref }) => `${kind} ${lead_ref}`));
  const won = crm.opportunities.filter(({ status }) => status === 'won');
  const records = { crm_create_lead: crm.leads, crm_create_activity: crm.notes, crm_move_opportunity: won };
  return Object.entries(records).flatMap(([kind, rows]) =>
    rows.filter(({ ref }) => !asked.has(`${kind} ${ref}`)).map(({ ref }) => `no step asked for the ${kind} of ${ref}`),
  );
}

/**
 * Returns the sums of analytics that differ from the CRM. Every won opportunity belongs to a contact who is enrolled,
 * so each opportunity is attributed.
 */
function miscounted({ crm }: Facts): string[] {
  const won = crm.opportunities.filter(({ status }) => status === 'won');
  const amount = won.reduce((sum, one) => sum + one.amount, 0);
  const expected = {
    created: { count: crm.leads.length, amount: 0 },
    won: { count: won.length, amount },
    attributed: { count: won.length, amount },
  };
  return Object.entries(expected).flatMap(([name, rows]) => {
    const counted = crm.counted.find(({ kind }) => kind === kinds[name as keyof typeof kinds]);
    const [count, cents] = [counted?.count ?? 0, counted?.amount ?? 0];
    return count === rows.count && cents === rows.amount
      ? []
      : [`${name}: analytics says ${count} and ${cents} cents, the CRM ${rows.count} and ${rows.amount}`];
  });
}
