// The search: a dialog over an index that the browser makes of one file, when the dialog is first opened.
import MiniSearch from './minisearch.js';

const most = 12;
let index;

const dialog = document.createElement('dialog');
dialog.className = 'search-dialog';
dialog.setAttribute('aria-label', 'Search');
const input = Object.assign(document.createElement('input'), {
  type: 'search',
  id: 'search-words',
  placeholder: 'Search the documentation',
  autocomplete: 'off',
  spellcheck: false,
});
input.setAttribute('aria-label', 'Search the documentation');
const status = document.createElement('p');
status.setAttribute('role', 'status');
const list = document.createElement('ul');
dialog.append(input, status, list);
document.body.append(dialog);

const button = document.getElementById('search');
button.hidden = false;
button.addEventListener('click', open);
addEventListener('keydown', (event) => {
  const isTyping = event.target.closest?.('input, textarea, select, [contenteditable]') !== null;
  const isShortcut = event.key.toLowerCase() === 'k' && (event.metaKey || event.ctrlKey);
  if (!isShortcut && (event.key !== '/' || isTyping)) return;
  event.preventDefault();
  open();
});
dialog.addEventListener('click', ({ target }) => {
  if (target === dialog || target.closest('a') !== null) dialog.close();
});
input.addEventListener('input', show);
dialog.addEventListener('keydown', moveFocus);

async function open() {
  if (!dialog.open) dialog.showModal();
  input.select();
  index ??= load();
  await index;
  await show();
}

async function load() {
  const entries = await (await fetch('/docs/assets/search-entries.json')).json();
  const made = new MiniSearch({
    fields: ['title', 'page', 'text'],
    storeFields: ['title', 'page', 'text'],
    searchOptions: { boost: { title: 4, page: 2 }, prefix: true, fuzzy: 0.15, combineWith: 'AND' },
  });
  made.addAll(entries);
  return made;
}

async function show() {
  const words = input.value.trim();
  const made = await index;
  const found = words === '' ? [] : find(made, words);
  status.textContent =
    words === '' ? 'Operations, guides, errors and schemas.' : found.length === 0 ? 'Nothing found.' : '';
  list.replaceChildren(...found.map(resultOf));
}

/** Entries with all the words, or else with any of them. */
function find(made, words) {
  const whole = made.search(words);
  return (whole.length > 0 ? whole : made.search(words, { combineWith: 'OR' })).slice(0, most);
}

function resultOf({ id, title, page, text }) {
  const link = Object.assign(document.createElement('a'), { href: id });
  const parts = [
    ['strong', title],
    ['span', page === title ? '' : page],
    ['small', text.slice(0, 140)],
  ];
  for (const [tag, content] of parts) link.append(Object.assign(document.createElement(tag), { textContent: content }));
  const item = document.createElement('li');
  item.append(link);
  return item;
}

/** Arrows go from the words to the results and through them; Enter among the words opens the first result. */
function moveFocus(event) {
  const links = [...list.querySelectorAll('a')];
  const at = links.indexOf(document.activeElement);
  if (event.key === 'Enter' && at === -1) links[0]?.click();
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step === undefined) return;
  event.preventDefault();
  if (at + step < 0) input.focus();
  else links[Math.min(at + step, links.length - 1)]?.focus();
}
