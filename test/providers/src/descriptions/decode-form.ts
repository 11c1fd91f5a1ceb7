type Member = string | Members | Member[];
type Members = { [name: string]: Member };

/**
 * Decodes a form or query. For example, `a[b][0]=c` becomes `{ a: { b: ['c'] } }`, and `a[]=b` or a repeated name
 * becomes a list of strings.
 */
export function decodeForm(pairs: readonly (readonly [name: string, value: string])[]): Record<string, unknown> {
  const root: Members = Object.create(null);
  for (const [name, value] of pairs) put(root, keysOf(name), value);
  // the root is always an object, because `toLists` never makes a list of it
  return toLists(root) as Record<string, unknown>;
}

/** Splits a name into keys: `a[b][]` has the keys `a`, `b` and an empty key. */
function keysOf(name: string): string[] {
  const [, first, rest] = /^([^[\]]+)((?:\[[^[\]]*\])*)$/.exec(name) ?? [];
  if (first === undefined || rest === undefined) return [name];
  return [first, ...[...rest.matchAll(/\[([^[\]]*)\]/g)].map(([, key = '']) => key)];
}

function put(members: Members, [key = '', ...rest]: readonly string[], value: string): void {
  const name = key === '' ? String(Object.keys(members).length) : key;
  if (rest.length > 0) {
    const inner = members[name];
    const next: Members = typeof inner === 'object' && !Array.isArray(inner) ? inner : Object.create(null);
    members[name] = next;
    put(next, rest, value);
    return;
  }
  const before = members[name];
  members[name] = before === undefined ? value : Array.isArray(before) ? [...before, value] : [before, value];
}

function toLists(members: Members, isRoot = true): unknown {
  const entries = Object.entries(members).map(([name, value]): [string, unknown] => [
    name,
    typeof value === 'object' && !Array.isArray(value) ? toLists(value, false) : value,
  ]);
  const isList = !isRoot && entries.length > 0 && entries.every(([name], index) => name === String(index));
  return isList ? entries.map(([, value]) => value) : Object.fromEntries(entries);
}
