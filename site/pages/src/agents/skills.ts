import { createHash } from 'node:crypto';
import { splitFrontMatter } from '../content/front-matter.ts';

/** A skill, as read from its file. */
export type Skill = { name: string; description: string; text: string };

/**
 * Reads a `SKILL.md` (agentskills.io). The folder's name is the skill's name, and the description states what the skill
 * does and when to use it.
 */
export function readSkill(folder: string, text: string): Skill {
  const { name, description } = splitFrontMatter(text).fields;
  if (name !== folder) throw new Error(`skills/${folder}: the name in its front matter is not that of its folder`);
  if (typeof description !== 'string' || description === '' || description.length > 1024) {
    throw new Error(`skills/${folder}: the description has 1 to 1,024 characters`);
  }
  return { name: folder, description, text };
}

/** Returns the address of a skill. */
export function skillAddress({ name }: Skill): string {
  return `/docs/skills/${name}/SKILL.md`;
}

/** Returns the list in which agents find the skills (Agent Skills Discovery 0.2.0), with a digest of each file. */
export function skillsIndex(skills: readonly Skill[]): string {
  const index = {
    $schema: 'https://schemas.agentskills.io/discovery/0.2.0/schema.json',
    skills: skills.map((skill) => ({
      name: skill.name,
      type: 'skill-md',
      description: skill.description,
      url: skillAddress(skill),
      digest: `sha256:${createHash('sha256').update(skill.text).digest('hex')}`,
    })),
  };
  return `${JSON.stringify(index, null, 2)}\n`;
}
