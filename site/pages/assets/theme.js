// Runs before anything is painted: the chosen theme, where there is one, instead of the system's.
const root = document.documentElement;
try {
  const theme = localStorage.getItem('theme');
  if (theme === 'light' || theme === 'dark') root.dataset.theme = theme;
} catch {
  // Without storage the system decides.
}
// Tells the styles of Swagger UI, which know one class.
const prefersDark = matchMedia('(prefers-color-scheme: dark)');
function markDark() {
  const { theme } = root.dataset;
  root.classList.toggle('dark-mode', theme === undefined ? prefersDark.matches : theme === 'dark');
}
markDark();
prefersDark.addEventListener('change', markDark);
new MutationObserver(markDark).observe(root, { attributeFilter: ['data-theme'] });
