import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { Context } from '../context.ts';
import { countExactly } from '../tables/count.ts';
import { daysOf } from '../tables/days.ts';
import { number, type Page, type Period, type Table, text } from '../tables/table.ts';
import type { Reading } from './source.ts';

/** Counts the records of the CRM by their day of creation in the organization's time zone. */
export async function crmGrowth(ctx: Context, reading: Reading): Promise<Table> {
  return {
    title: 'Growth of the CRM',
    columns: [
      text('day', 'Day'),
      number('leads', 'Leads'),
      number('contacts', 'Contacts'),
      number('accounts', 'Accounts'),
      number('opportunities', 'Opportunities'),
    ],
    pages: pagesOf(ctx, reading),
    chart: { label: 'day', value: 'leads' },
  };
}

async function* pagesOf({ clients }: Context, { caller, parameters, timezone }: Reading): AsyncGenerator<Page> {
  const days = daysOf(parameters, timezone);
  for (const [index, { day, from, to }] of days.entries()) {
    const counts = [
      await countExactly({ from, to }, (part) => clients.leads(caller).listCrmLeads(filtersOf(part))),
      await countExactly({ from, to }, (part) => clients.contacts(caller).listCrmContacts(filtersOf(part))),
      await countExactly({ from, to }, (part) => clients.accounts(caller).listCrmAccounts(filtersOf(part))),
      await countExactly({ from, to }, (part) => clients.opportunities(caller).listCrmOpportunities(filtersOf(part))),
    ];
    yield { rows: [[day, ...counts]], done: (index + 1) / days.length };
  }
}

function filtersOf({ from, to }: Period) {
  return { limit: 1, createdSince: timestampFromDate(from), createdUntil: timestampFromDate(to) };
}
