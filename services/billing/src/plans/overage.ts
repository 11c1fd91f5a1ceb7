import { type Meter, monthlyMeters } from './meters.ts';

/** A meter whose use beyond the plan can be bought. */
export type OverageMeter = (typeof monthlyMeters)[number];

/** The price of a unit beyond the plan, and its references at Stripe. */
type OverageRate = {
  /**
   * Price in billionths of a cent per unit, as the services count units. For models, a unit is a millionth of a dollar.
   */
  nanocents: bigint;
  /** The key by which Stripe finds the metered price. */
  lookupKey: string;
  /** The name of the events of the meter at Stripe. */
  eventName: string;
};

export type Overage = Readonly<Partial<Record<OverageMeter, OverageRate>>>;

const nanocentsOfCent = 1_000_000_000n;

/** The known usage of a month, and the charged part of it. */
export type MeteredMonth = { used: bigint; charged: bigint };

type MeteredMonths = ReadonlyMap<OverageMeter, MeteredMonth>;

export function isOverageMeter(meter: Meter): meter is OverageMeter {
  return monthlyMeters.some((monthly) => monthly === meter);
}

/** Returns the rest of the cap in a month after the charged use, in billionths of a cent; 0 when nothing is left. */
export function leftOf(overage: Overage, capCents: bigint, months: MeteredMonths): bigint {
  let left = capCents * nanocentsOfCent;
  for (const [meter, { charged }] of months) left -= charged * (overage[meter]?.nanocents ?? 0n);
  return left < 0n ? 0n : left;
}

/** Returns the charged amount of a month, in cents, rounded up. */
export function spentCents(overage: Overage, months: MeteredMonths): bigint {
  let spent = 0n;
  for (const [meter, { charged }] of months) spent += charged * (overage[meter]?.nanocents ?? 0n);
  return (spent + nanocentsOfCent - 1n) / nanocentsOfCent;
}

/**
 * Returns the use of a meter that a check adds: the units beyond the plan since the last check, up to the cap. A
 * repeated check adds nothing. Units beyond the cap are never charged. Units that were used while the plan included
 * less are not charged later either.
 */
export function accountUse(
  known: MeteredMonth,
  now: { used: bigint; included: bigint; left: bigint; nanocents: bigint },
): MeteredMonth & { added: bigint } {
  const { used, included, left, nanocents } = now;
  if (used <= known.used) return { ...known, added: 0n };
  const from = larger(known.used, included);
  const beyond = used > from ? used - from : 0n;
  const covered = left / nanocents;
  const added = smaller(beyond, covered);
  return { used, charged: known.charged + added, added };
}

/**
 * Returns the highest count that this meter may reach: the included units plus the units that the remaining cap can pay
 * for. It does not depend on this meter's own usage so far, but falls when another meter uses up some of the cap.
 */
export function ceilingOf(known: MeteredMonth, o: { included: bigint; left: bigint; nanocents: bigint }): bigint {
  const { included, left, nanocents } = o;
  const covered = left / nanocents;
  if (covered > 0n) return larger(included, known.used) + covered;
  // Use that continues beyond the cap, such as mails that may not wait, no longer raises the ceiling.
  const paid = included + known.charged;
  return larger(included, smaller(known.used, paid));
}

/** Returns the larger value, because Math.max and Math.min take no bigint. */
function larger(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}

function smaller(a: bigint, b: bigint): bigint {
  return a > b ? b : a;
}
