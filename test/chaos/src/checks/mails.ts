import type { LineFact, SendFact } from '../facts.ts';
import type { Receipt } from '../history.ts';
import { capLimit, places } from '../journeys.ts';
import { letterDomain } from '../letters.ts';
import type { Evidence } from './evidence.ts';
import { journeysOf } from './journey.ts';
import { repeatsWithoutReason } from './repeats.ts';

/**
 * Checks, from the mails that reached their receiver, that nobody gets more mails than the cap allows. The period of
 * the cap is longer than a run.
 */
export function checkCaps({ history }: Evidence): string[] {
  const taken = mailsOf(history).filter(({ succeeded }) => succeeded);
  return [...Map.groupBy(taken, ({ url }) => url)]
    .map(([email, mails]) => ({ email, ids: new Set(mails.map(({ key }) => key)) }))
    .filter(({ ids }) => ids.size > capLimit)
    .map(({ email, ids }) => `${email} got ${ids.size} mails, ${capLimit} were allowed: ${[...ids].join(', ')}`);
}

/** Checks that no attempt reaches an email address after the call that suppressed it had succeeded. */
export function checkSuppressed({ history }: Evidence): string[] {
  const suppressed = new Set(history.journeys.suppressed);
  return mailsOf(history)
    .filter(({ url }) => suppressed.has(url))
    .map(({ url, key }) => `${url} is suppressed and got ${key}`);
}

/**
 * Checks that a mail that arrives again has the same bytes, and that there is a reason for the repeat: a failure, or a
 * fault that hit its sender.
 */
export function checkMailRepeats({ history }: Evidence): string[] {
  return repeatsWithoutReason(history.mails, history);
}

/**
 * Checks that each mail at the receiver belongs to an enrollment that had to send it, and is addressed to the
 * enrollment's person. Also checks that each end of a mail has a reason.
 */
export function checkMails({ history, facts }: Evidence): string[] {
  const journeys = journeysOf({ facts });
  const sends = Map.groupBy(facts.journeys.sends, ({ enrollment_id }) => enrollment_id);
  const arrived = Map.groupBy(mailsOf(history), ({ body }) => body);
  const refs = new Set(journeys.map(({ enrollment }) => enrollment.lead_ref));
  const strange = mailsOf(history).filter(({ body }) => !refs.has(body));
  return [
    ...strange.map(({ url, body }) => `${url} got a mail "${body}" of no enrollment`),
    ...journeys.flatMap((journey) => {
      const { id, lead_ref: ref } = journey.enrollment;
      const mail = { email: journey.email, lines: journey.linesOf(places.mail) };
      const problems = problemsOfMail(mail, sends.get(id) ?? [], arrived.get(ref) ?? []);
      return problems.map((problem) => `the mail of enrollment ${id} ${problem}`);
    }),
  ];
}

/** Returns the mails of the journeys, and mails that belong to no enrollment. */
function mailsOf({ mails }: Evidence['history']): Receipt[] {
  return mails.filter(({ url }) => !url.endsWith(letterDomain));
}

/**
 * Returns the problems of the mail that a step of an enrollment sends: in its lines, in its rows in the ledger, and in
 * its arrivals.
 */
export function problemsOfMail(
  { email, lines }: { email: string; lines: readonly LineFact[] },
  sends: readonly SendFact[],
  receipts: readonly Receipt[],
): string[] {
  const last = lines.at(-1);
  const [send] = sends;
  if (last === undefined) {
    return sends.length + receipts.length > 0 ? ['was not due, and is in the ledger or at its receiver'] : [];
  }
  return [
    ...(sends.length === 1 ? [] : [`has ${sends.length} rows in the ledger`]),
    ...(new Set(receipts.map(({ key }) => key)).size > 1 ? ['arrived under two Message-IDs'] : []),
    ...receipts.filter(({ url }) => url !== email).map(({ url }) => `went to ${url}, not to ${email}`),
    ...lines.filter((line) => !saysWhy(line)).map(({ message }) => `was held without a reason: ${message}`),
    ...(send === undefined ? [] : problemsOfEnd(last, send, receipts)),
  ];
}

function saysWhy({ status, message }: LineFact): boolean {
  return status !== 'waiting' || /^Held until \S.*?: \S/.test(message);
}

function problemsOfEnd(last: LineFact, send: SendFact, receipts: readonly Receipt[]): string[] {
  const wasTaken = receipts.some(({ succeeded }) => succeeded);
  const expected = { succeeded: 'sent', skipped: 'skipped', failed: 'failed' }[last.status];
  return [
    ...(send.status === expected ? [] : [`is ${send.status} in the ledger, its line ${last.status}`]),
    ...(send.status === 'sent' && !wasTaken ? ['was sent and never arrived'] : []),
    ...(send.status !== 'sent' && wasTaken ? [`is ${send.status} and arrived`] : []),
    ...(send.status === 'skipped' && !(send.rule && send.reason && send.decision)
      ? ['was skipped without a reason']
      : []),
  ];
}
