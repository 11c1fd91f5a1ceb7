import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { json } from './harness.ts';

/** Returns leads, newest first. Leads with a telephone number and leads from webinars were won more often. */
export function outcomes(count: number) {
  return Array.from({ length: count }, (_, n) => {
    const [hasPhone, isWebinar] = [n % 2 === 0, n % 5 < 2];
    const won = (n * 7919) % 100 < 15 + (hasPhone ? 35 : 0) + (isWebinar ? 30 : 0);
    const email = `lead-${n}@acme.example`;
    const fields = { email, source: isWebinar ? 'webinar' : 'list', ...(hasPhone && { phone: '+49' }) };
    return {
      id: `019ab3c4-5d6e-7f80-9a1b-${String(n).padStart(12, '0')}`,
      won,
      createdAt: timestampFromDate(new Date(Date.UTC(2026, 5, 1) - n * 3_600_000)),
      fields: json(fields),
      refs: [`lead_${n}`],
    };
  });
}
