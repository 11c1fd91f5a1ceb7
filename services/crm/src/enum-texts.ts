import type { GenEnum } from '@bufbuild/protobuf/codegenv2';
import { enumNames } from '@drippulse/json';

/** Returns the strings that stand for an enum's values in tables: the short names that JSON also uses. */
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
