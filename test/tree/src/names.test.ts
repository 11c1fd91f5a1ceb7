import { expect, test } from '@jest/globals';
import { anySpelling, filesWithout, linesWith } from './names.ts';

/** Makes a tree that contains these files. */
const treeOf = (files: Record<string, string>) => ({
  files: () => Object.keys(files),
  read: (file: string) => files[file] ?? '',
});

test.each(['mail-sender', 'mail_sender', 'MAIL_SENDER_ADDRESS', 'mailSender', 'MailSender', 'the mail sender'])(
  'the spelling %s is found',
  (text) => {
    const tree = treeOf({ 'docs/a.md': `first\n  ${text}` });
    expect(linesWith(tree, anySpelling('mail-sender'), 'services/mail-sender/')).toEqual([`docs/a.md:2: ${text}`]);
  },
);

test('the name of a file is found too; history and the own folder are not searched', () => {
  const tree = treeOf({
    'docs/mail-sender.md': '',
    'services/mail-sender/README.md': 'mail-sender',
    'CHANGELOG.md': 'mail-sender',
  });
  expect(linesWith(tree, anySpelling('mail-sender'), 'services/mail-sender/')).toEqual([
    'docs/mail-sender.md: its name',
  ]);
});

test('a file that names all services but one, and not the new one, is found', () => {
  const tree = treeOf({
    all: 'a, b-c and d',
    most: 'a: d',
    few: 'only a',
    whole: 'a b-c d new',
    longer: 'a d new-er',
    'x/package.json': 'a d',
  });
  expect(filesWithout(tree, 'new', ['a', 'b-c', 'd'])).toEqual(['all', 'most', 'longer']);
});

test('another meaning of the words is no mention, and hides none', () => {
  const tree = treeOf({ 'a.ts': 'MailSenderStatus\nMailSenderStatus of mail-sender' });
  const found = linesWith(tree, anySpelling('mail-sender'), 'services/mail-sender/', /MailSenderStatus/g);
  expect(found).toEqual(['a.ts:2: MailSenderStatus of mail-sender']);
});
