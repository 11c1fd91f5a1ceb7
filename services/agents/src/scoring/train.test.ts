import { expect, test } from '@jest/globals';
import { createProfile } from './candidates.ts';
import { type Factor, readScorer } from './config.ts';
import { fitLogistic, type Measured, type Pieces } from './fit-logistic.ts';
import { judge } from './judge.ts';
import { compileScorer } from './score.ts';
import { measureWith, splitByTime, train } from './train.ts';

const now = new Date('2026-11-01T00:00:00Z');

/** Returns random numbers from 0 to 1 that are the same in each run. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

function whole<T>(pieces: Pieces<T>): T {
  for (;;) {
    const { done, value } = pieces.next();
    if (done) return value;
  }
}

/** The weights that determine the probabilities of the leads' outcomes. */
const planted = { base: -0.7, 'custom.size': 1.2, 'source = webinar': 0.9, 'source = list': -1.1, 'has phone': 0.6 };
function plantedLeads(count: number, seed: number) {
  const random = createRandom(seed);
  return Array.from({ length: count }, () => {
    const size = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    const source = ['webinar', 'list', 'other', 'fair'][Math.floor(random() * 4)] ?? 'other';
    const hasPhone = random() < 0.5;
    const logit =
      planted.base +
      planted['custom.size'] * size +
      (source === 'webinar' ? planted['source = webinar'] : source === 'list' ? planted['source = list'] : 0) +
      (hasPhone ? planted['has phone'] : 0);
    const fields = { source, custom: { size, noise: random() }, ...(hasPhone && { phone: '+49' }) };
    return { fields, won: random() < 1 / (1 + Math.exp(-logit)) };
  });
}

function measure(factors: readonly Factor[], leads: ReturnType<typeof plantedLeads>): Measured {
  const measureOne = measureWith(factors);
  return {
    rows: leads.length,
    columns: factors.length,
    values: Float64Array.from(leads.flatMap(({ fields }) => measureOne(fields, now))),
    won: Uint8Array.from(leads, ({ won }) => Number(won)),
  };
}

function profiled(leads: ReturnType<typeof plantedLeads>, own: Factor[] = []): Factor[] {
  const profile = createProfile();
  for (const { fields } of leads) profile.add(fields);
  return profile.factors(own, 60);
}

test('planted weights are recovered within three standard errors, and noise has none', () => {
  const leads = plantedLeads(4_000, 7);
  const factors: Factor[] = [
    ...profiled(leads).filter(({ type, name }) => type === 'rule' && !name.endsWith('fair') && !name.endsWith('other')),
    ...(['size', 'noise'] as const).map((name): Factor => {
      const field = `custom.${name}`;
      return {
        type: 'number',
        name: field,
        weight: 0,
        field,
        scale: 'linear',
        center: 0,
        spread: 1,
        min: -10,
        max: 10,
      };
    }),
  ];
  expect(factors.map(({ name }) => name).sort()).toEqual(
    ['custom.noise', 'custom.size', 'has phone', 'source = list', 'source = webinar'].sort(),
  );
  const fit = whole(fitLogistic(measure(factors, leads), 0.01, () => true));
  expect(fit.isConverged).toBe(true);
  for (const [column, { name }] of factors.entries()) {
    const expected = new Map(Object.entries(planted)).get(name) ?? 0;
    const off = Math.abs((fit.weights[column] ?? 0) - expected) / (fit.errors[column] ?? 1);
    expect([name, off < 3]).toEqual([name, true]);
  }
});

test('a trained model is a configuration whose factors add up exactly, judges as it was reported, and is the same again', () => {
  const leads = plantedLeads(1_200, 11);
  const factors = profiled(leads);
  const measured = measure(factors, leads);
  const split = splitByTime(measured.won);
  expect(split).toBe(900);
  const inForce = leads.map(({ won }) => ({ score: 0.5, won }));
  const once = () => whole(train(factors, { measured, inForce, threshold: 0.5, split: split ?? 0 }));
  const trained = once();
  expect(once()).toEqual(trained);
  const { base } = trained;
  const configuration = { base, factors: trained.factors.map(({ error: _, ...factor }) => factor) };
  const read = readScorer(JSON.parse(JSON.stringify(configuration)), 'x');
  if ('violations' in read) throw new Error(JSON.stringify(read.violations));
  const score = compileScorer(read.config);
  const scored = leads.slice(900).map(({ fields, won }) => ({ ...score(fields, now), won }));
  for (const { score: p, base: from, factors: parts } of scored) {
    const logit = from + parts.reduce((sum, { contribution }) => sum + contribution, 0);
    expect(Math.abs(Math.log(p / (1 - p)) - logit)).toBeLessThan(1e-9);
  }
  const judged = judge(scored, 0.5);
  expect(judged.auc).toBeCloseTo(trained.judged.auc, 9);
  expect(trained.judged.auc_low).toBeGreaterThan(0.65);
  expect(trained.judgedInForce).toMatchObject({ auc: 0.5, brier: 0.25, lift_at_10_percent: expect.closeTo(1, 9) });
});

test('columns that never vary and columns that separate the outcomes keep weights finite', () => {
  const won = Uint8Array.from({ length: 100 }, (_, row) => row % 2);
  const values = Float64Array.from([...won].flatMap((value) => [1, value]));
  const fit = whole(fitLogistic({ rows: 100, columns: 2, values, won }, 1, () => true));
  expect(fit.weights[0]).toBe(0);
  expect(fit.weights[1]).toBeGreaterThan(1);
  expect(fit.weights[1]).toBeLessThan(50);
});

test('a rule that nine records match gets no weight, so that nobody is found in a model', () => {
  const leads = plantedLeads(400, 5).map((lead, n) => ({
    ...lead,
    fields: { ...lead.fields, ...(n < 9 && { rare: 1 }) },
  }));
  const rare: Factor = {
    ...{ type: 'rule', name: 'rare', weight: 0, match: 'all' },
    conditions: [{ field: 'rare', operator: 'exists' }],
  };
  const factors = profiled(leads, [rare]);
  const measured = measure(factors, leads);
  const inForce = leads.map(({ won }) => ({ score: 0.5, won }));
  const trained = whole(train(factors, { measured, inForce, threshold: 0.5, split: 300 }));
  expect(factors.map(({ name }) => name)).toContain('rare');
  expect(trained.factors.map(({ name }) => name)).not.toContain('rare');
});

test('the split is by time, moves so that both sides have both outcomes, and does not exist where they cannot', () => {
  const outcomes = (text: string) => Uint8Array.from(text, (each) => Number(each === 'w'));
  expect(splitByTime(outcomes('wl'.repeat(100)))).toBe(150);
  // The newest 50 records are all lost, so the held-out records begin early enough to contain eight won records.
  expect(splitByTime(outcomes(`${'wl'.repeat(50)}${'l'.repeat(50)}`))).toBe(84);
  expect(splitByTime(outcomes(`${'w'.repeat(60)}${'l'.repeat(60)}`))).toBeUndefined();
});

test('the AUC, its interval, the lift and the calibration are those of the definitions', () => {
  const scored = [0.9, 0.8, 0.7, 0.4, 0.4, 0.2].map((score, n) => ({ score, won: [0, 1, 4].includes(n) }));
  const judged = judge(scored, 0.7);
  // Of nine pairs, 3 + 3 + 1.5 are ordered correctly.
  expect(judged.auc).toBeCloseTo(7.5 / 9, 12);
  expect(judged).toMatchObject({ precision: 2 / 3, recall: 2 / 3, lift_at_10_percent: 2 });
  expect(judged.calibration.reduce((sum, { records }) => sum + records, 0)).toBe(6);
});

test('people are no factors: of names, addresses and free text only the presence counts', () => {
  const random = createRandom(3);
  const leads = Array.from({ length: 400 }, (_, n) => ({
    won: true,
    fields: {
      email: `person-${n}@example.com`,
      first_name: random() < 0.5 ? 'Ada' : 'Grace',
      title: 'CTO of everything',
      source: 'webinar',
      custom: { size: 0, noise: 0, note: `text ${n}` },
      ...(random() < 0.5 && { phone: '+49 30 1234567' }),
    },
  }));
  expect(profiled(leads).map(({ name }) => name)).toEqual(['business address', 'has phone']);
});
