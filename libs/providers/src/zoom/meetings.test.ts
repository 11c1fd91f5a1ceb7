import { expect, test } from '@jest/globals';
import { ActionRefusal } from '../outcomes.ts';
import { agendaOf, findMade } from './meetings.ts';

const plannedAt = new Date('2026-12-01T09:00:00Z');
const place = { key: '12:a:1', mayHaveHappened: true, plannedAt, settings: {}, given: [] };

/** Looks for the meeting of an earlier attempt in these pages of the provider's responses. */
function find(pages: (page: number) => { meetings: { agenda: string }[]; next_page_token: string }) {
  const search = findMade('/users/me/meetings', 'meetings', place);
  let asked = 0;
  for (let step = search.next(); ; ) {
    if (step.done) return { made: step.value, asked };
    asked += 1;
    step = search.next({ status: 200, headers: {}, body: pages(asked) });
  }
}

test('the meeting of an earlier attempt is found on a later page', () => {
  const own = { agenda: agendaOf('Plans', place) };
  const pages = (page: number) => ({ meetings: page === 3 ? [own] : [{ agenda: 'Other' }], next_page_token: 'more' });
  expect(find(pages)).toEqual({ made: own, asked: 3 });
});

test('without one on the last page there is none', () => {
  expect(find((page) => ({ meetings: [], next_page_token: page === 2 ? '' : 'more' }))).toEqual({ asked: 2 });
});

test('a host with more meetings than are looked through gets no second meeting', () => {
  expect(() => find(() => ({ meetings: [], next_page_token: 'more' }))).toThrow(ActionRefusal);
});
