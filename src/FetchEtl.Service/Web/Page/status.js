'use strict';
// Fills the page that the server has rendered, as often as the server sends values. All texts come formatted.
(() => {
  const connection = document.getElementById('connection');
  const silence = 10000;
  let source, watch, retry = 1000;

  const set = (element, text) => {
    if (element.textContent !== text) element.textContent = text;
  };

  const say = (text, lost) => {
    set(connection, text);
    connection.classList.toggle('lost', lost);
  };

  const fill = (body, rows) => {
    const shown = JSON.stringify(rows);
    if (body.dataset.shown === shown) return;
    body.dataset.shown = shown;
    body.replaceChildren(...rows.map(row => {
      const tr = document.createElement('tr');
      for (const cell of row) {
        const td = document.createElement('td');
        td.textContent = cell.text;
        if (cell.kind) td.className = cell.kind;
        if (cell.span) td.colSpan = cell.span;
        tr.append(td);
      }
      return tr;
    }));
  };

  const show = view => {
    document.body.dataset.state = view.texts.state;
    for (const element of document.querySelectorAll('[data-text]')) set(element, view.texts[element.dataset.text]);
    for (const body of document.querySelectorAll('[data-rows]')) fill(body, view.rows[body.dataset.rows]);
    document.getElementById('area').setAttribute('points', view.texts.area);
    document.getElementById('received-line').setAttribute('points', view.texts.receivedLine);
    document.getElementById('written-line').setAttribute('points', view.texts.writtenLine);
  };

  const lose = () => {
    source.close();
    clearTimeout(watch);
    say('disconnected: the values are old, connecting again', true);
    setTimeout(connect, retry);
    retry = Math.min(retry * 2, 15000);
  };

  const wait = () => {
    clearTimeout(watch);
    watch = setTimeout(lose, silence);
  };

  const connect = () => {
    source = new EventSource('events');
    wait();
    source.onerror = lose;
    source.onmessage = message => {
      wait();
      retry = 1000;
      show(JSON.parse(message.data));
      say('live', false);
    };
  };

  connect();
})();
