import type { GenEnum } from '@bufbuild/protobuf/codegenv2';
import { enumNames } from '@drippulse/json';

/**
 * Converts the values of an enum to the strings in the tables, and back. The strings are the short names that JSON also
 * uses.
 */
export function enumTexts<E extends number>(desc: GenEnum<E>) {
  const names = enumNames(desc);
  const isMember = (number: number): number is E => names.has(number);
  const members = [...names.keys()].filter(isMember);
  return {
    all: [...names.values()],
    textOf: (member: E | undefined): string | null => (member === undefined ? null : (names.get(member) ?? null)),
    numberOf: (text: string): E | undefined => members.find((member) => names.get(member) === text),
  };
}
