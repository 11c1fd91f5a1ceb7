import type { GenEnum } from '@bufbuild/protobuf/codegenv2';
import { enumNames } from '@drippulse/json';

/** Converts the values of an enum to their strings in tables and back. JSON has the same short names. */
export function enumTexts<E extends number>(desc: GenEnum<E>) {
  const names = enumNames(desc);
  const isMember = (number: number): number is E => names.has(number);
  const members = [...names.keys()].filter(isMember);
  return {
    textOf: (member: E | undefined): string | undefined => (member === undefined ? undefined : names.get(member)),
    numberOf: (text: string): E | undefined => members.find((member) => names.get(member) === text),
  };
}
