// Sets the colour scheme before the first paint, so that nobody sees a flash of the
// other one. A file of its own because the content security policy allows no inline script.
(function () {
  let chosen = 'auto';
  try {
    chosen = localStorage.getItem('plexus-color-scheme') || 'auto';
  } catch (error) {
    console.info('The colour scheme cannot be remembered in this browser.', error);
  }
  const dark = chosen === 'auto' ? matchMedia('(prefers-color-scheme: dark)').matches : chosen === 'dark';
  document.documentElement.dataset.mantineColorScheme = dark ? 'dark' : 'light';
})();
