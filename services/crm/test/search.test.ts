import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type AnyCollection, collectionsOf, found } from './collections.ts';
import { editor, type Harness, startHarness } from './harness.ts';
import { refusal } from './refusal.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.stop());

const collections = collectionsOf(() => harness, 'Zephyr');

describe('opportunities', () => {
  const create = async (name: string) =>
    found((await harness.opportunities(editor).createCrmOpportunity({ name })).opportunity);
  const search = async (q: string) => {
    const { opportunities, totalCount } = await harness.opportunities(editor).listCrmOpportunities({ q });
    expect(totalCount).toBe(BigInt(opportunities.length));
    return opportunities.map(({ name }) => name);
  };

  test('are found where the name contains the text as it stands, in any case', async () => {
    for (const name of ['Deal number 1', 'Deal number 3', 'Old deal number 31', 'Number 3 deal', 'Deal  number 3']) {
      await create(name);
    }
    expect(await search('DEAL NUMBER 3')).toEqual(['Old deal number 31', 'Deal number 3']);
    expect(await search('deal  number')).toEqual(['Deal  number 3']);
    expect(await search('number 3 ')).toEqual(['Number 3 deal']);
    expect(await search('deal 3')).toEqual([]);
  });

  test('are found where the public id contains the text, in any case', async () => {
    const { name, publicId } = await create('Known by its id');
    expect(await search(publicId)).toEqual([name]);
    expect(await search(publicId.slice(8, 24).toUpperCase())).toEqual([name]);
    expect(await search(`id ${publicId}`)).toEqual([]);
  });

  test('are not found by a text that the end of the name and the public id make together', async () => {
    const { publicId } = await create('Ends here');
    for (const between of ['', ' ', '\n', 'X', 'XX', 'xx', 'Q', '\u001f']) {
      expect(await search(`here${between}${publicId}`)).toEqual([]);
    }
  });

  test.each([
    ['100% of it', '100% o', '100x o'],
    ['a_b separate', 'a_b sep', 'acb sep'],
    ['back\\slash here', 'k\\s', 'k\\\\s'],
    ['two\nlines of it', 'two\nlin', 'two lin'],
    ['Straße ÄÖÜ here', 'straße äöü', 'straßeqäöü'],
    ['xxl quilt xx', 'XXL QUILT XX', 'xxlqquilt'],
  ])('named %j are found by %j, not by %j', async (name, q, other) => {
    await create(name);
    expect(await search(q)).toEqual([name]);
    expect(await search(other)).toEqual([]);
  });
});

describe.each(['contact', 'lead'] as const)('a %s', (type) => {
  type Person = { email?: string; firstName?: string; lastName?: string; phone?: string; title?: string };
  const create = async (person: Person) => {
    if (type === 'contact') return found((await harness.contacts(editor).createCrmContact(person)).contact).id;
    return found((await harness.leads(editor).createCrmLead(person)).lead).id;
  };
  const page = async (request: { q: string; limit?: number; cursor?: string; sort?: string; page?: number }) => {
    const { rows, ...rest } = await collectionOf(type).list(editor, request);
    return { ids: rows.map(({ id }) => id), ...rest };
  };
  const search = async (q: string) => (await page({ q })).ids;

  test('is found by several words that its names contain, in whatever order', async () => {
    const id = await create({ firstName: 'Grace', lastName: 'Hopper' });
    for (const q of ['grace hopper', 'HOPPER GRACE', 'rac opp', ' grace  hopper ', 'gr ho']) {
      expect(await search(q)).toEqual([id]);
    }
    expect(await search('grace hoppers')).toEqual([]);
    expect(await search('ce er')).toEqual([]);
  });

  test('is not found by words of which its names lack one, whatever its other values are', async () => {
    const person = { firstName: 'Katherine', email: 'johnson@nasa.example', phone: '+1 757', title: 'Johnson' };
    const id = await create(person);
    const { publicId } = await collectionOf(type).get(editor, id);
    for (const word of ['johnson', '757', publicId, publicId.slice(-4)]) {
      expect(await search(`katherine ${word}`)).toEqual([]);
    }
    expect(await search('+1 757')).toEqual([id]);
  });

  test('whose one value contains the whole text comes before those that have only the words', async () => {
    const words = [await create({ firstName: 'Ada', lastName: 'Byron' })];
    const phrase = [await create({ lastName: 'Ada Byron' }), await create({ firstName: 'Lady Ada Byron-King' })];
    words.push(await create({ firstName: 'Byron', lastName: 'Ada' }), await create({ firstName: 'Byron Ada' }));
    for (const sort of ['created_at', '-created_at', undefined]) {
      const order = <T>(ids: T[]) => (sort === 'created_at' ? ids : ids.toReversed());
      const expected = [...order(phrase), ...order(words)];
      const whole = await page({ q: 'ada byron', ...(sort && { sort }) });
      expect(whole).toMatchObject({ ids: expected, totalCount: 5n });
      expect(whole.nextCursor).toBeUndefined();
      for (const limit of [1, 2, 3, 4]) {
        expect(await walk({ q: 'ada byron', limit, ...(sort && { sort }) })).toEqual(expected);
        expect(await walkNumbered({ q: 'ada byron', limit, ...(sort && { sort }) }, 5)).toEqual(expected);
      }
    }
  });

  test('refuses a cursor of a search with more words than this one', async () => {
    await create({ firstName: 'Mary', lastName: 'Somerville' });
    await create({ firstName: 'Mary', lastName: 'Somerville' });
    const { nextCursor = '' } = await page({ q: 'mary somerville', limit: 1 });
    expect(nextCursor).not.toBe('');
    expect(await refusal(page({ q: 'mary', cursor: nextCursor }))).toMatchObject({ error: 'invalid invalid_cursor' });
  });

  async function walk(request: { q: string; limit: number; sort?: string }): Promise<string[]> {
    const ids: string[] = [];
    let cursor: string | undefined;
    do {
      const next = await page({ ...request, ...(cursor && { cursor }) });
      expect(next.totalCount).toBe(5n);
      ids.push(...next.ids);
      cursor = next.nextCursor;
    } while (cursor !== undefined);
    return ids;
  }

  async function walkNumbered(request: { q: string; limit: number; sort?: string }, count: number): Promise<string[]> {
    const ids: string[] = [];
    for (let number = 1; (number - 1) * request.limit <= count; number += 1) {
      ids.push(...(await page({ ...request, page: number })).ids);
    }
    return ids;
  }
});

describe.each(['account', 'activity'])('an %s', (type) => {
  test('is found by a phrase, and not by words of it in another place', async () => {
    const { id } = await named(type, 'Analytical Engine Works');
    const search = async (q: string) => (await collectionOf(type).list(editor, { q })).rows.map((row) => row.id);
    expect(await search('engine works')).toEqual([id]);
    expect(await search('analytical works')).toEqual([]);
  });
});

describe.each(['account', 'contact', 'lead', 'activity'])('the public id of an %s', (type) => {
  test('is found by its beginning in any case, from the whole prefix on, and not by what is within it', async () => {
    const { create, list, remove, prefix } = collectionOf(type);
    const { id, publicId } = await create(editor);
    const search = async (q: string) => (await list(editor, { q, limit: 1000 })).rows.map((row) => row.id);
    expect(await search(publicId)).toEqual([id]);
    expect(await search(publicId.slice(0, 16).toUpperCase())).toEqual([id]);
    expect(await search(`${prefix}${publicId.slice(-8)}`)).toEqual([]);
    expect(await search(publicId.slice(1))).toEqual([]);
    expect(await search(publicId.slice(-8))).toEqual([]);
    expect(await search(prefix)).toContain(id);
    for (const part of [1, prefix.length - 1]) expect(await search(prefix.slice(0, part))).not.toContain(id);
    await remove(editor, id);
    expect(await search(publicId)).toEqual([]);
  });
});

function collectionOf(type: string): AnyCollection {
  return found(collections.find((collection) => collection.type === type));
}

function named(type: string, name: string) {
  return found(collectionsOf(() => harness, name).find((collection) => collection.type === type)).create(editor);
}
