import type { FakeRequest } from '../fake.ts';
import type { Description, Operation } from './load.ts';

/**
 * Finds the operation for a request, and the parameters in the request's path; undefined if the description has no such
 * operation.
 */
export function findOperation(
  { operations }: Description,
  { method, host, path }: FakeRequest,
): { operation: Operation; parameters: Record<string, string> } | undefined {
  for (const operation of operations) {
    if (operation.method !== method || (operation.hosts.length > 0 && !operation.hosts.includes(host))) continue;
    const values = operation.pattern.exec(path);
    if (values === null) continue;
    const names = operation.parameters;
    return {
      operation,
      parameters: Object.fromEntries(names.map((name, index) => [name, decodeURIComponent(values[index + 1] ?? '')])),
    };
  }
  return undefined;
}
