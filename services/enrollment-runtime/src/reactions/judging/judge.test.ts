import { expect, test } from '@jest/globals';
import { judgeHits, type RawHit } from './judge.ts';

const sentAt = new Date('2026-11-27T08:00:00Z');
const browser = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36';
const person: RawHit = {
  id: 1n,
  at: seconds(60),
  kind: 'click',
  method: 'GET',
  url: 'https://example.com/1',
  userAgent: browser,
  address: '203.0.113.7',
  prefetch: '',
};

function seconds(after: number): Date {
  return new Date(sentAt.getTime() + after * 1_000);
}

const verdictOf = (more: Partial<RawHit>) => judgeHits({ sentAt }, [{ ...person, ...more }])[0];

test('a browser some time after the send is a person', () => {
  expect(verdictOf({})).toEqual({ verdict: 'human', reasons: [] });
});

test.each<[Partial<RawHit>, string, string]>([
  [{ method: 'HEAD' }, 'scanner', 'method: HEAD'],
  [{ prefetch: 'sec-purpose: prefetch' }, 'scanner', 'prefetch: sec-purpose: prefetch'],
  [{ at: seconds(4.9) }, 'scanner', 'time: right after the send'],
  [{ at: seconds(-1) }, 'scanner', 'time: right after the send'],
  [{ userAgent: 'curl/8.5.0' }, 'scanner', 'agent: curl'],
  [{ userAgent: 'Barracuda Sentinel (EE)' }, 'scanner', 'agent: Barracuda Sentinel'],
  [{ userAgent: 'Mozilla/5.0 (via ggpht.com GoogleImageProxy)' }, 'privacy_proxy', 'agent: Gmail image proxy'],
  [{ userAgent: 'Mozilla/5.0' }, 'privacy_proxy', 'agent: Apple Mail Privacy Protection'],
  [{ address: '17.58.1.2' }, 'privacy_proxy', 'network: Apple'],
  [{ address: '::ffff:67.231.150.1' }, 'scanner', 'network: Proofpoint'],
  [{ userAgent: ' ' }, 'unknown', 'agent: none'],
])('%p is a %s', (more, verdict, reason) => {
  const judged = verdictOf(more);
  expect(judged?.verdict).toBe(verdict);
  expect(judged?.reasons).toContain(reason);
});

test('Outlook for Windows is a reader, although Office is in its agent', () => {
  expect(verdictOf({ userAgent: 'Mozilla/4.0 (compatible; ms-office; MSOffice 16)' })?.verdict).toBe('human');
});

test('five seconds after the send a person may follow a link', () => {
  expect(verdictOf({ at: seconds(5) })?.verdict).toBe('human');
});

test('a hit of a mail that was not sent is no person', () => {
  expect(judgeHits({ sentAt: null }, [person])).toEqual([{ verdict: 'unknown', reasons: ['time: not sent'] }]);
});

const click = (id: number, at: number, url = `https://example.com/${id}`): RawHit => ({
  ...person,
  id: BigInt(id),
  at: seconds(at),
  url,
});
const verdicts = (...hits: RawHit[]) => judgeHits({ sentAt }, hits).map(({ verdict }) => verdict);

test('different links in a second, or three in five, are a scanner; one link twice, or two in two seconds, a person', () => {
  expect(verdicts(click(1, 60), click(2, 61))).toEqual(['scanner', 'scanner']);
  expect(verdicts(click(1, 60), click(2, 62), click(3, 65))).toEqual(['scanner', 'scanner', 'scanner']);
  expect(verdicts(click(1, 60), click(2, 60, 'https://example.com/1'))).toEqual(['human', 'human']);
  expect(verdicts(click(1, 60), click(2, 62))).toEqual(['human', 'human']);
});

test('the open of a scanner is its too, and that of a person later is not', () => {
  const open = (id: number, at: number): RawHit => ({ ...click(id, at), kind: 'open', url: '' });
  expect(verdicts(open(1, 59), click(2, 60), click(3, 60.5), open(4, 90), click(5, 95))).toEqual([
    'scanner',
    'scanner',
    'scanner',
    'human',
    'human',
  ]);
});
