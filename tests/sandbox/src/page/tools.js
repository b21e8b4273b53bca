const KNOWN_FAULTS = ["status=503,times=1", "status=429,retry_after=1,times=1", "slow=3000", "reset_before", "reset_after", "close_after", "cut=10", "drip=20",
  "html", "empty", "json=missing", "json=null", "json=wrongtype", "json=duplicate", "huge", "bom", "notutf8", "trailing", "code_text", "data_null",
  "coding=gzip", "coding=br", "code=500", "clock=3600", "token_401,times=1", "sign=wrong", "sign=missing", "sign=other_key", "sign=reflected", "legacy,code=20011"];

let known = { platforms: [], callbacks: [], credentials: {} };

function options(select, values, first) {
  const chosen = select.value;
  select.replaceChildren(...(first ? [make("option", { value: "" }, first)] : []), ...values.map((value) => make("option", { value }, value)));
  if ([...select.options].some((option) => option.value === chosen)) select.value = chosen;
}

/** Puts a text on the clipboard; shows that it did on the button. */
async function copy(button, text) {
  try { await navigator.clipboard.writeText(text); } catch (error) {
    const area = make("textarea", {}, text);
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  button.textContent = word("copied");
  setTimeout(() => { button.textContent = word("copy"); }, 1500);
}

function showCredentials() {
  const rows = known.platforms.map(([name, base]) => [name + " " + word("baseUrl"), base]).concat(Object.entries(known.credentials));
  at("credentials").replaceChildren(...rows.flatMap(([name, value]) => [
    make("dt", {}, name), make("dd", { title: value }, value),
    make("button", { type: "button", "aria-label": word("copy") + " " + name, onclick: (event) => copy(event.currentTarget, value) }, word("copy"))]));
}

async function send(platform, kind) {
  const form = at("callback"), sent = at("sent");
  sent.className = "";
  sent.textContent = word("sending");
  const order = { platform, kind, url: form.url.value, tamper: form.tamper.value, send: true };
  try {
    const answer = await ask("/_/callback", { method: "POST", body: JSON.stringify(order) });
    sent.className = answer.accepted ? "good" : "bad";
    sent.textContent = platform + " " + kind + " → " + answer.status + " " + answer.body.slice(0, 200) + " · " + word(answer.accepted ? "took" : "notTook");
  } catch (error) {
    sent.className = "bad";
    sent.textContent = error.message;
  }
}

function showKinds() {
  at("kinds").replaceChildren(...known.callbacks.map(([platform, kinds]) => make("div", {}, make("strong", {}, platform),
    ...kinds.map((kind) => make("button", { type: "button", "data-platform": platform, "data-kind": kind, onclick: () => send(platform, kind) }, kind)))));
}

async function showFaults() {
  const news = await ask("/_/feed?after=" + Number.MAX_SAFE_INTEGER + "&" + inScope());
  const rows = news.faults.map(([platform, fault]) => make("li", {}, make("strong", {}, platform), make("code", {}, fault),
    make("button", { type: "button", onclick: () => switchFault(platform, "") }, word("switchOff"))));
  at("faults").replaceChildren(...(rows.length ? rows : [make("li", {}, word("noFaults"))]));
}

async function switchFault(platform, fault) {
  const state = at("fault-state");
  try {
    await ask("/_/fault?" + inScope() + "&platform=" + platform + "&fault=" + encodeURIComponent(fault), { method: "POST" });
    state.className = "good";
    state.textContent = platform + " " + (fault ? fault + " " + word("on") : word("off"));
  } catch (error) {
    state.className = "bad";
    state.textContent = error.message;
  }
  showFaults();
}

async function explainPasted(event) {
  event.preventDefault();
  const form = at("explain"), result = at("explained");
  try {
    const found = await ask("/_/explain?platform=" + form.platform.value, { method: "POST", body: form.text.value });
    const title = make("h4", {}, found.platform + " " + found.operation);
    if (found.why) result.replaceChildren(title, whyBlock(found.why));
    else if (found.refused) result.replaceChildren(title, make("p", { class: "bad" }, word("butRefused") + " " + found.refused));
    else result.replaceChildren(title, make("p", { class: "good" }, word("signatureRight") + " " + word("wouldAccept")));
  } catch (error) {
    result.replaceChildren(make("p", { class: "bad" }, error.message));
  }
}

async function reset() {
  await ask("/_/forget?" + inScope(), { method: "POST" });
  const scope = at("scope").value || "default";
  for (let index = kept.length; index--;) if (kept[index].scope === scope) kept.splice(index, 1);
  showAll();
  showFaults();
}

function speak() {
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  document.querySelectorAll("[data-word]").forEach((element) => { element.textContent = word(element.dataset.word); });
  document.title = word("title");
  const names = known.platforms.map(([name]) => name);
  options(at("only-platform"), names, word("all"));
  options(at("explain").platform, names);
  options(at("fault").platform, names);
  const ways = ["body", "signature", "missing_signature", "timestamp"];
  options(at("callback").tamper, ways, word("genuine"));
  at("known-faults").replaceChildren(...KNOWN_FAULTS.map((value) => make("option", { value })));
  showCredentials();
  showKinds();
  showAll();
  showFaults().catch(() => {});
}

at("reset").addEventListener("click", reset);
at("language").addEventListener("click", () => { language = language === "zh" ? "en" : "zh"; speak(); });
at("only-platform").addEventListener("change", showAll);
at("only-refused").addEventListener("change", showAll);
at("scope").addEventListener("change", showFaults);
at("explain").addEventListener("submit", explainPasted);
at("callback").addEventListener("submit", (event) => event.preventDefault());
at("fault").addEventListener("submit", (event) => {
  event.preventDefault();
  switchFault(at("fault").platform.value, at("fault").fault.value);
});

(async () => {
  try { known = await ask("/_/page"); } catch (error) { /* `follow` says that nobody is there. */ }
  speak();
  follow();
})();
