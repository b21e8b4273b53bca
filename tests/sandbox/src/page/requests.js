/** Where two texts part, in characters; -1 when they are the same. */
function partsAt(one, other) {
  const a = [...one], b = [...other];
  const shorter = Math.min(a.length, b.length);
  for (let index = 0; index < shorter; index++) if (a[index] !== b[index]) return index;
  return a.length === b.length ? -1 : shorter;
}

/** A text with what stands at a place marked. */
function marked(text, place) {
  const characters = [...text];
  const pre = make("pre", { tabindex: "0" });
  if (place < 0) { pre.append(text); return pre; }
  const here = characters[place];
  pre.append(characters.slice(0, place).join(""), make("mark", {}, here === undefined ? word("end") : here === "\n" ? "⏎\n" : here),
    characters.slice(place + 1).join(""));
  return pre;
}

/** Two strings to sign, one above the other. */
function compared(expected, received) {
  const place = partsAt(expected, received);
  const line = place < 0 ? word("same") : word("partAt") + " " + (place + 1);
  const block = make("div", { class: "compared" }, make("p", { class: "parts" }, line),
    make("h4", {}, word("received")), marked(received, place), make("h4", {}, word("expected")), marked(expected, place));
  queueMicrotask(() => block.querySelectorAll("mark").forEach((mark) => {
    const pre = mark.parentElement;
    pre.scrollTop = Math.max(0, mark.offsetTop - pre.offsetTop - 60);
  }));
  return block;
}

/** What is wrong with a signature. */
function whyBlock(why) {
  const block = make("div", { class: "why" });
  if (why.mistakes.length) {
    const names = why.mistakes.map((name) => MISTAKES_ZH[name] && language === "zh" ? MISTAKES_ZH[name] : "").filter(Boolean);
    block.append(make("p", { class: "mistake" }, word("mistake") + ": ", make("code", {}, why.mistakes.join(", ")), " — " + (names.join("；") || why.message)));
  }
  if (typeof why.received_string === "string") block.append(compared(why.expected_string, why.received_string));
  else {
    const result = make("div", { "aria-live": "polite" });
    const area = make("textarea", { rows: "3", "aria-label": word("yours"), spellcheck: "false" });
    block.append(make("p", {}, word("unknown")), make("h4", {}, word("expected")), marked(why.expected_string, -1), area,
      make("button", { type: "button", onclick: () => result.replaceChildren(compared(why.expected_string, area.value)) }, word("compare")), result);
  }
  const sent = why.received_signature === null ? "(" + word("noneSent") + ")" : why.received_signature;
  block.append(make("h4", {}, word("receivedSignature")), marked(sent, partsAt(sent, why.expected_signature)),
    make("h4", {}, word("expectedSignature")), marked(why.expected_signature, -1));
  return block;
}

function rawText(request) {
  const headers = request.headers.map(([name, value]) => name + ": " + value).join("\n");
  return request.method + " " + request.path + "\n" + headers + "\n\n" + request.body;
}

function verdictOf(request) {
  if (request.refused) return "refused";
  return request.fault ? "faulted" : "accepted";
}

async function fill(inside, request) {
  inside.replaceChildren();
  if (request.expected_string_to_sign !== null) {
    const why = await ask("/_/why?id=" + request.id).catch(() => null);
    if (why) inside.append(whyBlock(why));
  }
  inside.append(make("h4", {}, word("request")), make("pre", { tabindex: "0" }, rawText(request)));
  if (request.status) inside.append(make("h4", {}, word("answer") + " " + request.status), make("pre", { tabindex: "0" }, request.answer));
}

function entry(request) {
  const verdict = verdictOf(request);
  const time = new Date(request.received_ms);
  const inside = make("div", { class: "inside" });
  const summary = make("summary", {},
    make("time", { datetime: time.toISOString() }, time.toLocaleTimeString(language)),
    make("strong", {}, request.platform),
    make("span", { class: "operation" }, request.method + " " + request.operation),
    make("span", { class: "verdict" }, word(verdict) + " · " + (request.status || word("noAnswer"))),
    request.scope === "default" ? null : make("span", {}, word("scope") + " " + request.scope),
    request.fault ? make("span", {}, word("switched") + " " + request.fault) : null,
    request.refused ? make("span", { class: "reason" }, request.refused) : null);
  const details = make("details", { ontoggle: () => { if (details.open && !inside.hasChildNodes()) fill(inside, request); } }, summary, inside);
  return make("li", { class: verdict, "data-platform": request.platform, "data-id": request.id }, details);
}

const kept = [];

function isShown(request) {
  const only = at("only-platform").value;
  return (!only || request.platform === only) && (!at("only-refused").checked || request.refused);
}

function showAll() {
  at("requests").replaceChildren(...kept.filter(isShown).map(entry).reverse());
  at("nothing").hidden = at("requests").hasChildNodes();
}

function add(requests) {
  for (const request of requests) {
    kept.push(request);
    if (isShown(request)) at("requests").prepend(entry(request));
  }
  while (kept.length > 500) kept.shift();
  while (at("requests").childElementCount > 500) at("requests").lastElementChild.remove();
  at("nothing").hidden = at("requests").hasChildNodes();
}

/** Asks for what is new, for ever. A sandbox that was started anew counts from the beginning. */
async function follow() {
  let after = 0, wait = 0;
  for (;;) {
    try {
      const news = await ask("/_/feed?after=" + after + "&wait_ms=" + wait);
      if (news.last < after) { after = 0; wait = 0; kept.length = 0; showAll(); continue; }
      add(news.requests);
      after = news.last;
      wait = 20000;
      at("state").className = "";
      at("state").textContent = "● " + word("live") + " · " + location.origin;
    } catch (error) {
      at("state").className = "gone";
      at("state").textContent = word("gone");
      wait = 0;
      await new Promise((done) => setTimeout(done, 1000));
    }
  }
}

