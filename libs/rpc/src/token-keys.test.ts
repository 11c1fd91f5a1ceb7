import { expect, test } from '@jest/globals';
import { generateInternalTokenKeys, parseInternalTokenKeys, renewInternalTokenKeys } from './token-keys.ts';

test('renewed keys sign by a new key, and verify what the former one has signed', () => {
  const former = generateInternalTokenKeys(['crm', 'workflows']);
  const renewed = renewInternalTokenKeys(['crm', 'workflows', 'identity'], Object.values(former));
  const [old, next] = [parseInternalTokenKeys(former.crm), parseInternalTokenKeys(renewed.workflows)];
  expect(next.verifying.get(old.signing.kid)?.service).toBe('crm');
  expect(next.signing.kid).not.toBe(parseInternalTokenKeys(former.workflows).signing.kid);
  expect([...next.verifying.values()].map(({ service }) => service).sort()).toEqual([
    'crm',
    'crm',
    'identity',
    'workflows',
    'workflows',
  ]);
  expect(JSON.parse(renewed.workflows).filter((jwk: object) => 'd' in jwk)).toHaveLength(1);
});
