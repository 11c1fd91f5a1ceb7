import type { GenEnum } from '@bufbuild/protobuf/codegenv2';
import { enumNames } from '@drippulse/json';

/** The texts of an enum's values in tables: the short names that JSON has too. */
export function enumTexts<E extends number>(desc: GenEnum<E>) {
  const names = enumNames(desc);
  const isMember = (number: number): number is E => names.has(number);
  const members = [...names.keys()].filter(isMember);
  return {
    textOf: (member: E | undefined): string | undefined => (member === undefined ? undefined : names.get(member)),
    numberOf: (text: string): E | undefined => members.find((member) => names.get(member) === text),
  };
}
