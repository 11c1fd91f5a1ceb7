import { expect, test } from '@jest/globals';
import { skillsPack } from './skills-pack.ts';

const skillOf = (name: string) =>
  `---\nname: ${name}\n---\n\n# ${name}\n\n## Before you start\n\nNo.\n\n## Do\n\n\`\`\`sh\n# a comment\n\`\`\`\n`;
const names = ['connect', 'build-workflow', 'enroll-and-observe', 'crm-records', 'webhooks-and-events'];
const skills = names.map((name) => [`skills/${name}/SKILL.md`, skillOf(name)] as const);

test('a pack has the introduction and each skill, deeper, without what other skills have done', () => {
  const pack = skillsPack(new Map([['skills/introduction.md', '# Pack\n'], ...skills]));
  expect(pack.startsWith('# Pack\n\n## connect\n\n### Do\n\n```sh\n# a comment\n```\n\n## build-workflow\n')).toBe(
    true,
  );
  expect(pack).not.toContain('Before you start');
});

test('a skill that is missing is named', () => {
  expect(() => skillsPack(new Map([['skills/introduction.md', '']]))).toThrow('skills/connect/SKILL.md');
});
