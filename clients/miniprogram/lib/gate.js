/* WeChat carries ten requests at once, uploads counted apart; older versions fail the eleventh. */

function makeGate(most) {
  let running = 0;
  const queue = [];

  function next() {
    if (running >= most || queue.length === 0) {
      return;
    }
    running += 1;
    const { work, resolve, reject } = queue.shift();
    work()
      .then(resolve, reject)
      .then(() => {
        running -= 1;
        next();
      });
  }

  return (work) =>
    new Promise((resolve, reject) => {
      queue.push({ work, resolve, reject });
      next();
    });
}

module.exports = { makeGate };
