// The browser's own print dialogue; a script file because the page allows no inline one.
document.getElementById("print").addEventListener("click", () => window.print());
