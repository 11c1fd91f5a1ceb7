import type { FilterImplOptions } from 'liquidjs';
import { firstIndexOf, lastIndexOf, splitBy } from '../text-search.ts';

type Handler = Extract<FilterImplOptions, (...args: never[]) => unknown>;

/** Liquid's filters that search in a string, implemented with linear searches. */
export const searchFilters: Readonly<Record<string, Handler>> = {
  replace(value, pattern, replacement) {
    const [text, part, others] = [plain(value), plain(pattern), plain(replacement)];
    const pieces = splitBy(text, part);
    this.context.memoryLimit.use(text.length + (pieces.length - 1) * others.length);
    return pieces.join(others);
  },
  remove: (value, pattern) => splitBy(plain(value), plain(pattern)).join(''),
  replace_first: (value, pattern, replacement) => replaceAt(firstIndexOf, value, pattern, replacement),
  remove_first: (value, pattern) => replaceAt(firstIndexOf, value, pattern, ''),
  replace_last: (value, pattern, replacement) => replaceAt(lastIndexOf, value, pattern, replacement),
  remove_last: (value, pattern) => replaceAt(lastIndexOf, value, pattern, ''),
  /** Drops empty pieces at the end, as Liquid does. */
  split(value, separator) {
    const text = plain(value);
    this.context.memoryLimit.use(text.length);
    const pieces = splitBy(text, plain(separator));
    while (pieces.at(-1) === '') pieces.pop();
    return pieces;
  },
};

type Find = (text: string, part: string) => number;

function replaceAt(find: Find, value: unknown, pattern: unknown, replacement: unknown): string {
  const [text, part] = [plain(value), plain(pattern)];
  const at = find(text, part);
  return at < 0 ? text : text.slice(0, at) + plain(replacement) + text.slice(at + part.length);
}

/** Returns a value as text, in the form that Liquid's filters read. */
function plain(value: unknown): string {
  if (value === undefined || value === null) return '';
  return Array.isArray(value) ? value.map(plain).join('') : String(value);
}
