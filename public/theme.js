// Before the first paint, or the page would flash in the other theme: the one that the user chose
// (src/state/view_store.ts keeps it), else the system's. A file, since pages that allow no inline script exist.
{
  let theme = null;
  try {
    theme = localStorage.getItem('sasa-lab.theme');
  } catch {
    // Storage can be forbidden, in a sandboxed frame for one.
  }
  if (theme !== 'light' && theme !== 'dark') {
    theme = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
  }
  document.documentElement.dataset.theme = theme;
  const bar = theme === 'dark' ? '#1a1c1f' : '#ffffff';
  document.querySelector('meta[name="theme-color"]')?.setAttribute('content', bar);
}
