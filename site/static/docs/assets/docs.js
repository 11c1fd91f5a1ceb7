// What the pages gain with JavaScript: a switch of the theme, buttons that copy code, tabs, and a table of contents that
// follows the reader. Everything can be read and reached without.

const root = document.documentElement;

function addThemeSwitch() {
  const button = document.getElementById('theme');
  const show = () => button.setAttribute('aria-pressed', String(root.classList.contains('dark-mode')));
  button.hidden = false;
  show();
  button.addEventListener('click', () => {
    root.dataset.theme = root.classList.contains('dark-mode') ? 'light' : 'dark';
    remember('theme', root.dataset.theme);
  });
  new MutationObserver(show).observe(root, { attributeFilter: ['class'] });
}

function addCopyButtons() {
  for (const block of document.querySelectorAll('.code')) {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'copy';
    button.textContent = 'Copy';
    button.addEventListener('click', async () => {
      await navigator.clipboard.writeText(block.querySelector('code').textContent);
      button.textContent = 'Copied';
      setTimeout(() => (button.textContent = 'Copy'), 1500);
    });
    block.append(button);
  }
}

/** Turns sections that stand below each other into tabs. A choice holds for every group of its name, on every page. */
function addTabs() {
  const groups = [...document.querySelectorAll('[data-tabs]')].map((group, number) => makeTabs(group, number));
  const chosen = recall('tab') ?? '';
  for (const { select } of groups) select(chosen);

  function makeTabs(group, number) {
    const panels = [...group.querySelectorAll('[data-tab]')];
    const list = document.createElement('div');
    list.setAttribute('role', 'tablist');
    list.setAttribute('aria-label', group.dataset.tabs);
    const tabs = panels.map((panel, index) => {
      const tab = document.createElement('button');
      tab.type = 'button';
      tab.id = `tab-${number}-${index}`;
      tab.textContent = panel.dataset.tab;
      tab.setAttribute('role', 'tab');
      panel.id = `panel-${number}-${index}`;
      tab.setAttribute('aria-controls', panel.id);
      panel.setAttribute('role', 'tabpanel');
      panel.setAttribute('aria-labelledby', tab.id);
      tab.addEventListener('click', () => choose(panel.dataset.tab, tab));
      tab.addEventListener('keydown', (event) => {
        const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
        if (step === undefined) return;
        const next = tabs[(index + step + tabs.length) % tabs.length];
        choose(next.textContent, next);
        next.focus();
      });
      list.append(tab);
      return tab;
    });
    group.prepend(list);
    group.classList.add('has-tabs');

    function select(name) {
      const found = panels.findIndex((panel) => panel.dataset.tab === name);
      const shown = found === -1 ? 0 : found;
      for (const [index, panel] of panels.entries()) {
        panel.hidden = index !== shown;
        tabs[index].setAttribute('aria-selected', String(index === shown));
        tabs[index].tabIndex = index === shown ? 0 : -1;
      }
    }
    return { select };
  }

  /** Keeps the pressed tab where it is on the screen, because groups above it change their height. */
  function choose(name, tab) {
    const before = tab.getBoundingClientRect().top;
    remember('tab', name);
    for (const { select } of groups) select(name);
    scrollBy({ top: tab.getBoundingClientRect().top - before });
  }
}

function followReader() {
  const links = [...document.querySelectorAll('.contents a')];
  const targets = links.map((link) => document.getElementById(decodeURIComponent(link.hash.slice(1))));
  const mark = () => {
    const passed = targets.findLastIndex((target) => target !== null && target.getBoundingClientRect().top < 120);
    for (const [index, link] of links.entries()) {
      if (index === Math.max(passed, 0)) link.setAttribute('aria-current', 'true');
      else link.removeAttribute('aria-current');
    }
  };
  let isQueued = false;
  addEventListener(
    'scroll',
    () => {
      if (isQueued) return;
      isQueued = true;
      requestAnimationFrame(() => {
        isQueued = false;
        mark();
      });
    },
    { passive: true },
  );
  mark();
}

function closeAfterChoice() {
  for (const menu of document.querySelectorAll('[popover]')) {
    menu.addEventListener('click', ({ target }) => {
      if (target.closest('a') !== null && menu.matches(':popover-open')) menu.hidePopover();
    });
  }
}

function remember(name, value) {
  try {
    localStorage.setItem(name, value);
  } catch {
    // Without storage the choice holds for this page.
  }
}

function recall(name) {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

addThemeSwitch();
addCopyButtons();
addTabs();
closeAfterChoice();
if (document.querySelector('.contents') !== null) followReader();
// Keeps the page of a long menu in sight, without moving the page itself.
const menu = document.querySelector('.menu');
const here = menu.querySelector('[aria-current]');
if (here !== null) menu.scrollTop = Math.max(0, here.offsetTop - menu.clientHeight + 2 * here.offsetHeight);
