// Programs that drive a browser say so here. Nothing else is read, and nothing is sent by itself.
if (navigator.webdriver) {
  for (const field of document.getElementsByName("driven")) field.value = "y";
}
