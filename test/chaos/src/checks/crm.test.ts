import { expect, test } from '@jest/globals';
import { checkCrm } from './crm.ts';
import type { Evidence } from './evidence.ts';
import { noFacts, noHistory } from './nothing.ts';

const kinds = ['crm_create_lead', 'crm_create_activity', 'crm_update_record', 'crm_move_opportunity'];

/**
 * Makes evidence without a fault: a person whose four writes are done once, and an open opportunity of another person.
 */
function sound() {
  const steps = kinds.map((kind) => ({
    enrollment_id: '5',
    kind,
    lead_ref: 'r',
    n: 7,
    status: 'succeeded',
    error: '',
  }));
  const crm = {
    steps,
    leads: [{ ref: 'r', score: 7 as number | null }],
    notes: [{ ref: 'r', about: 'r' }],
    opportunities: [
      { ref: 'r', status: 'won', amount: 30 },
      { ref: 'q', status: 'open', amount: 5 },
    ],
    counted: [
      { kind: 20, count: 1, amount: 0 },
      { kind: 21, count: 1, amount: 30 },
      { kind: 22, count: 1, amount: 30 },
    ],
    frames: [],
  };
  const opportunities = [
    { ref: 'r', amount: 30 },
    { ref: 'q', amount: 5 },
  ];
  return { facts: { ...noFacts(), crm }, history: { ...noHistory(), opportunities } };
}

const check = (evidence: ReturnType<typeof sound>) => checkCrm(evidence as unknown as Evidence);

test('writes that are done once, and counted, violate nothing', () => {
  expect(check(sound())).toEqual([]);
});

test.each<[string, (evidence: ReturnType<typeof sound>) => unknown, string]>([
  ['a lead is there twice', ({ facts }) => facts.crm.leads.push({ ref: 'r', score: null }), 'done 2 times'],
  ['a note is missing', ({ facts }) => facts.crm.notes.pop(), 'crm_create_activity of r succeeded, and was done 0'],
  ['a note is about another lead', ({ facts }) => (facts.crm.notes = [{ ref: 'r', about: 'q' }]), 'done 0 times'],
  ['a score is lost', ({ facts }) => (facts.crm.leads = [{ ref: 'r', score: null }]), 'crm_update_record of r'],
  ['a step failed', ({ facts }) => (facts.crm.steps = facts.crm.steps.map(failed)), 'is failed: refused'],
  ['a lead that no step asked for', ({ facts }) => facts.crm.leads.push({ ref: 'x', score: 1 }), 'no step asked'],
  ['an opportunity was won by nobody', ({ facts }) => (facts.crm.steps = []), 'crm_move_opportunity of r'],
  ['an answered opportunity is missing', ({ facts }) => facts.crm.opportunities.pop(), 'of q was answered'],
  ['analytics counts an amount twice', ({ facts }) => (facts.crm.counted = facts.crm.counted.map(twice)), 'won:'],
])('%s', (_, change, violation) => {
  const evidence = sound();
  change(evidence);
  expect(check(evidence).join('\n')).toContain(violation);
});

function failed<T extends object>(step: T) {
  return { ...step, status: 'failed', error: 'refused' };
}

function twice<T extends { amount: number }>(counted: T): T {
  return { ...counted, amount: counted.amount * 2 };
}
