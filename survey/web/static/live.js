// Shows the mail anew a moment after somebody stops typing. Without it the button does the same.
(() => {
  const form = document.querySelector("form[data-live]");
  const button = form && form.querySelector("[data-live-button]");
  if (!button) return;
  let waiting;
  const show = () => {
    // A fresh frame each time, so that Back leads out of the page and not through what was typed.
    const frame = document.getElementById(form.dataset.live);
    const fresh = frame.cloneNode();
    fresh.removeAttribute("src");
    frame.replaceWith(fresh);
    form.requestSubmit(button);
  };
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(show, 500);
  });
})();
