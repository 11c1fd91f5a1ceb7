import { type Meter, monthlyMeters } from './meters.ts';

/** A meter that may be used beyond what the plan includes, for money. */
export type OverageMeter = (typeof monthlyMeters)[number];

/** What a unit beyond the plan costs, and where it is charged. */
type OverageRate = {
  /** Billionths of a cent for a unit, as services count it: of models that is a millionth of a dollar. */
  nanocents: bigint;
  /** The key by which Stripe finds the metered price. */
  lookupKey: string;
  /** The name of the events of the meter at Stripe. */
  eventName: string;
};

export type Overage = Readonly<Partial<Record<OverageMeter, OverageRate>>>;

const nanocentsOfCent = 1_000_000_000n;

/** What was used in a month, as far as it was looked at, and how much of it was charged. */
export type MeteredMonth = { used: bigint; charged: bigint };

type MeteredMonths = ReadonlyMap<OverageMeter, MeteredMonth>;

export function isOverageMeter(meter: Meter): meter is OverageMeter {
  return monthlyMeters.some((monthly) => monthly === meter);
}

/** What the cap leaves of a month after what was charged, in billionths of a cent; 0 where nothing is left. */
export function leftOf(overage: Overage, capCents: bigint, months: MeteredMonths): bigint {
  let left = capCents * nanocentsOfCent;
  for (const [meter, { charged }] of months) left -= charged * (overage[meter]?.nanocents ?? 0n);
  return left < 0n ? 0n : left;
}

/** What was charged in a month, in cents, rounded up. */
export function spentCents(overage: Overage, months: MeteredMonths): bigint {
  let spent = 0n;
  for (const [meter, { charged }] of months) spent += charged * (overage[meter]?.nanocents ?? 0n);
  return (spent + nanocentsOfCent - 1n) / nanocentsOfCent;
}

/**
 * What the use of a meter since it was last looked at adds: the units beyond what the plan includes, as many as the cap
 * covers. To look again adds nothing. Units beyond the cap are never charged, and neither are those of a time when less
 * was included.
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
 * Where counting stops: beyond what the plan includes comes what the cap still covers. It is the same however much of
 * it is used by now, and falls when another meter has used some of the cap.
 */
export function ceilingOf(known: MeteredMonth, o: { included: bigint; left: bigint; nanocents: bigint }): bigint {
  const { included, left, nanocents } = o;
  const covered = left / nanocents;
  if (covered > 0n) return larger(included, known.used) + covered;
  // What goes on beyond the cap, such as mails that may not wait, moves it no more.
  const paid = included + known.charged;
  return larger(included, smaller(known.used, paid));
}

/** Math.max and Math.min take no bigint. */
function larger(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}

function smaller(a: bigint, b: bigint): bigint {
  return a > b ? b : a;
}
