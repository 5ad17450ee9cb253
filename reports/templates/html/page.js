"use strict";
// Whatever is shown comes from the cloud or from a file: it becomes text, and nothing else.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const { frameworks } = data.about;
  // An account may be called `__proto__`.
  const policies = new Map(Object.entries(data.about.policies));
  const names = new Map(Object.entries(data.about.accounts));

  const RANK = { critical: 0, high: 1, medium: 2, low: 3, info: 4 };
  const VERDICTS = { fail: 0, unknown: 1, waived: 2, pass: 3, not_applicable: 4 };
  // Rows, options and printed rows beyond these would only make the page slow.
  const SIZES = [50, 100, 250];
  const MOST_OPTIONS = 200;
  const MOST_PRINTED = 1000;

  const findings = data.findings.map(([kind, resource, found, why]) => {
    const [verdict, severity, policy, account, region] = kind;
    const [type, id, arn] = resource;
    const [message, path, fingerprint, place] = found;
    const location = place && { file: place[0], line: place[1], column: place[2], address: place[3] };
    return { verdict, severity, policy, account, region, type, id, arn, message, path, fingerprint, location, causes: why[0], immaterial: why[1] };
  });
  data.findings = null;
  const located = findings.some((finding) => finding.location);

  // The frameworks and controls that a policy serves.
  const serves = new Map();
  const controls = new Map();
  for (const framework of frameworks) {
    const name = `${framework.title} ${framework.version}`;
    controls.set(framework.id, name);
    for (const control of framework.controls) {
      const key = `${framework.id} ${control.id}`;
      controls.set(key, `${name}: ${control.id} ${control.title}`);
      for (const policy of control.policies) {
        if (!serves.has(policy)) serves.set(policy, new Set());
        serves.get(policy).add(framework.id).add(key);
      }
    }
  }
  const NONE = new Set();

  const FACETS = {
    severity: { title: "Severity", of: (finding) => [finding.severity], rank: (value) => RANK[value] },
    verdict: { title: "Verdict", of: (finding) => [finding.verdict], rank: (value) => VERDICTS[value], label: (value) => value.replace("_", " ") },
    account: { title: "Account", of: (finding) => [finding.account], label: (value) => (names.has(value) ? `${names.get(value)} (${value})` : value) },
    region: { title: "Region", of: (finding) => [finding.region] },
    policy: { title: "Policy", of: (finding) => [finding.policy], label: (value) => (policies.has(value) ? `${policies.get(value).title} (${value})` : value) },
    type: { title: "Type", of: (finding) => [finding.type] },
    framework: { title: "Framework", of: (finding) => serves.get(finding.policy) || NONE, label: (value) => controls.get(value) || value },
  };
  if (frameworks.length === 0) delete FACETS.framework;
  const label = (facet, value) => (FACETS[facet].label ? FACETS[facet].label(value) : value);

  const COLUMNS = {
    severity: { title: "Severity", by: [(finding) => RANK[finding.severity]] },
    verdict: { title: "Verdict", by: [(finding) => VERDICTS[finding.verdict]] },
    finding: { title: "Finding", by: [(finding) => finding.policy, (finding) => finding.message] },
    resource: { title: "Resource", by: [(finding) => finding.type, (finding) => finding.id] },
    location: { title: "Location", by: [(finding) => finding.location?.file ?? "", (finding) => finding.location?.line ?? 0] },
    account: { title: "Account", by: [(finding) => names.get(finding.account) || finding.account, (finding) => finding.account] },
    region: { title: "Region", by: [(finding) => finding.region] },
  };
  if (!located) delete COLUMNS.location;

  // What is shown; the part after `#` of the address says the same.
  const state = { q: "", sort: "", page: 1, size: 100, finding: "", chosen: {} };
  let shown = findings;

  function element(tag, attributes, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) {
      if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
      else if (value === true) made.setAttribute(name, "");
      else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, value);
    }
    made.append(...children.filter((child) => child !== null && child !== undefined));
    return made;
  }

  // The address.

  function read() {
    const said = new URLSearchParams(location.hash.slice(1));
    state.q = said.get("q") || "";
    state.finding = said.get("finding") || "";
    state.sort = Object.hasOwn(COLUMNS, (said.get("sort") || "").replace(/^-/, "")) ? said.get("sort") : "";
    state.page = Math.max(1, parseInt(said.get("page"), 10) || 1);
    state.size = SIZES.includes(Number(said.get("size"))) ? Number(said.get("size")) : 100;
    for (const facet of Object.keys(FACETS)) state.chosen[facet] = new Set(said.getAll(facet));
  }

  function say(replacing) {
    const said = new URLSearchParams();
    for (const [facet, values] of Object.entries(state.chosen)) for (const value of values) said.append(facet, value);
    if (state.q) said.set("q", state.q);
    if (state.sort) said.set("sort", state.sort);
    if (state.page > 1) said.set("page", state.page);
    if (state.size !== 100) said.set("size", state.size);
    if (state.finding) said.set("finding", state.finding);
    const hash = `#${said}`;
    if (hash === (location.hash || "#")) return;
    try {
      if (replacing) history.replaceState(null, "", hash);
      else history.pushState(null, "", hash);
    } catch {
      // A sandbox may forbid it; the filters work all the same.
    }
  }

  // Which findings, in which order.

  function hay(finding) {
    if (finding.hay === undefined) {
      const { policy, account, location, causes } = finding;
      const parts = [finding.message, finding.id, finding.arn, finding.type, policy, policies.get(policy)?.title, account, names.get(account), finding.region];
      parts.push(finding.path, finding.severity, finding.verdict, finding.fingerprint);
      if (location) parts.push(`${location.file}:${location.line}`, location.address);
      for (const cause of causes) parts.push(...cause);
      finding.hay = parts.filter(Boolean).join("\n").toLowerCase();
    }
    return finding.hay;
  }

  function matching(except) {
    const words = state.q.toLowerCase().split(/\s+/).filter(Boolean);
    const tests = Object.entries(state.chosen).filter(([facet, values]) => facet !== except && values.size > 0);
    return findings.filter((finding) => {
      for (const [facet, values] of tests) {
        let has = false;
        for (const value of FACETS[facet].of(finding)) has ||= values.has(value);
        if (!has) return false;
      }
      return words.length === 0 || words.every((word) => hay(finding).includes(word));
    });
  }

  function sorted(list) {
    if (!state.sort) return list;
    const { by } = COLUMNS[state.sort.replace(/^-/, "")];
    const sign = state.sort.startsWith("-") ? -1 : 1;
    return list.slice().sort((a, b) => {
      for (const key of by) {
        const [x, y] = [key(a), key(b)];
        if (x < y) return -sign;
        if (x > y) return sign;
      }
      return 0;
    });
  }

  // The parts of the page.

  const search = element("input", { type: "search", id: "search", placeholder: "Search message, resource, policy, account …  ( / )", "aria-label": "Search the findings", autocomplete: "off", spellcheck: "false" });
  const tools = element("div", { class: "tools", role: "search" }, search);
  const chips = element("ul", { class: "chips", "aria-label": "Filters that are set" });
  const status = element("span", { role: "status", id: "status" });
  const size = element("select", { id: "size" }, ...SIZES.map((count) => element("option", { value: count }, String(count))));
  const step = (title, to) => element("button", { type: "button", class: "plain", onclick: () => go(to()) }, title);
  const pages = () => Math.max(1, Math.ceil(shown.length / state.size));
  const [first, back, next, last] = [step("First", () => 1), step("Previous", () => state.page - 1), step("Next", () => state.page + 1), step("Last", pages)];
  const where = element("span", { id: "where" });
  const above = element("div", { class: "pager" }, status, element("label", {}, "Rows ", size));
  const below = element("nav", { class: "pager pages", "aria-label": "Pages of findings" }, first, back, where, next, last);
  const body = element("tbody", { role: "rowgroup" });
  const heads = {};
  for (const [name, column] of Object.entries(COLUMNS)) {
    const button = element("button", { type: "button", onclick: () => turn(name) }, column.title);
    heads[name] = element("th", { scope: "col", role: "columnheader", class: name }, button);
  }
  const table = element(
    "table",
    { id: "finding-table", role: "table", "aria-labelledby": "findings-title" },
    element("thead", { role: "rowgroup" }, element("tr", { role: "row" }, ...Object.values(heads))),
    body,
  );
  const facets = {};
  for (const [name, facet] of Object.entries(FACETS)) {
    const summary = element("summary", {}, facet.title);
    const menu = element("div", { class: "menu", role: "group", "aria-label": facet.title });
    const holder = element("details", { class: "facet", id: `facet-${name}` }, summary, menu);
    holder.addEventListener("toggle", () => {
      if (!holder.open) return menu.replaceChildren();
      for (const other of Object.values(facets)) if (other.holder !== holder) other.holder.open = false;
      fill(name, menu);
    });
    facets[name] = { holder, summary, menu };
    tools.append(holder);
  }
  const clear = element("button", { type: "button", class: "plain", id: "clear", onclick: clearAll }, "Clear");
  tools.append(clear);
  document.getElementById("list").append(tools, chips, above, element("div", { class: "rows" }, table), below);

  /// The options of a facet: the values of what the other filters leave.
  function fill(name, menu) {
    const facet = FACETS[name];
    const counts = new Map();
    for (const value of state.chosen[name]) counts.set(value, 0);
    for (const finding of matching(name)) for (const value of facet.of(finding)) counts.set(value, (counts.get(value) || 0) + 1);
    const order = facet.rank || (name === "framework" ? (value) => [...controls.keys()].indexOf(value) : null);
    const options = [...counts].map(([value, count]) => ({ value, count, text: label(name, value), at: order ? order(value) : -count }));
    options.sort((a, b) => a.at - b.at || (a.text < b.text ? -1 : 1));
    const list = element("div");
    const show = (typed) => {
      const fitting = options.filter((option) => option.text.toLowerCase().includes(typed));
      list.replaceChildren(
        ...fitting.slice(0, MOST_OPTIONS).map(({ value, count, text }) => {
          const box = element("input", { type: "checkbox", name });
          box.checked = state.chosen[name].has(value);
          box.addEventListener("change", () => choose(name, value, box.checked));
          return element("label", { "data-value": value }, box, element("span", { class: "of clip" }, clipped(text)), element("span", { class: "many" }, count.toLocaleString("en")));
        }),
      );
      if (fitting.length > MOST_OPTIONS) list.append(element("p", { class: "aside" }, `and ${fitting.length - MOST_OPTIONS} more: type to find them`));
      if (fitting.length === 0) list.append(element("p", { class: "aside" }, "none"));
    };
    menu.replaceChildren();
    if (options.length > 10) {
      const find = element("input", { type: "search", name: `find-${name}`, "aria-label": `Find in ${facet.title}`, placeholder: "Find" });
      find.addEventListener("input", () => show(find.value.toLowerCase()));
      menu.append(find);
    }
    menu.append(list);
    show("");
  }

  // A name of a megabyte would take the browser seconds in every place.
  const clipped = (text, most = 400) => (text.length > most ? `${text.slice(0, most)}…` : text);
  const short = (type) => type.replace(/^[^:]*::/, "");
  const whole = (part) => (typeof part === "string" ? clipped(part, 10_000) : part);
  const place = ({ file, line }) => `${file}:${line}`;

  function row(finding) {
    const open = finding.fingerprint === state.finding;
    const opener = element("button", { type: "button", class: "opener clip", "aria-expanded": String(open), "aria-controls": open ? "detail" : null }, clipped(finding.message || policies.get(finding.policy)?.title || finding.policy));
    const cells = {
      severity: [element("span", { class: `badge ${finding.severity}${finding.verdict === "fail" ? "" : " quiet"}` }, finding.severity)],
      verdict: [element("span", { class: `v-${finding.verdict}` }, label("verdict", finding.verdict))],
      finding: [opener, element("div", { class: "aside" }, element("code", {}, finding.policy))],
      resource: [element("span", { class: "clip" }, clipped(finding.id)), element("div", { class: "aside clip" }, clipped(short(finding.type)))],
      location: [finding.location ? element("code", { class: "clip" }, clipped(place(finding.location))) : "", element("div", { class: "aside clip" }, finding.location ? clipped(finding.location.address) : "")],
      account: [element("span", { class: "clip" }, clipped(finding.account)), element("div", { class: "aside clip" }, clipped(names.get(finding.account) || ""))],
      region: [element("span", { class: "clip" }, clipped(finding.region))],
    };
    const made = element("tr", { class: open ? "row open" : "row", role: "row", "data-fingerprint": finding.fingerprint });
    for (const name of Object.keys(COLUMNS)) made.append(element("td", { role: "cell", class: name }, ...cells[name]));
    made.addEventListener("click", () => {
      if (String(getSelection()) === "") toggle(finding);
    });
    return open ? [made, detail(finding)] : [made];
  }

  function terms(pairs) {
    const list = element("dl");
    for (const [term, ...values] of pairs) if (values.some(Boolean)) list.append(element("dt", {}, term), element("dd", {}, ...values.filter(Boolean).map(whole)));
    return list;
  }

  function detail(finding) {
    const about = policies.get(finding.policy);
    const cause = ([what, action, message]) => element("li", {}, what, action ? element("code", {}, ` ${whole(action)}`) : null, message ? `: ${whole(message)}` : null);
    const causes = (list) => list.length > 0 && element("ul", {}, ...list.map(cause));
    const location = finding.location && `${place(finding.location)}:${finding.location.column}`;
    const code = (text) => text && element("code", {}, whole(text));
    const own = [...(serves.get(finding.policy) || NONE)].filter((key) => key.includes(" "));
    const one = element(
      "div",
      {},
      element("h3", {}, "Finding"),
      terms([
        ["Message", finding.message],
        ["Not read", causes(finding.causes)],
        ["Does not matter", causes(finding.immaterial)],
        ["Resource", finding.id],
        ["Type", finding.type],
        ["ARN", code(finding.arn)],
        ["Declared at", code(location), finding.location && ` as ${finding.location.address}`],
        ["Property", code(finding.path)],
        ["Account", finding.account, names.get(finding.account) && ` ${names.get(finding.account)}`],
        ["Region", finding.region],
        ["Fingerprint", code(finding.fingerprint)],
      ]),
    );
    const sides = element("div", { class: "sides" }, one);
    if (about) {
      // A policy is somebody's, too: only a web address becomes a link.
      const link = (url) => element("li", {}, /^https:\/\//.test(url) ? element("a", { href: url, rel: "noopener noreferrer", target: "_blank" }, url) : url);
      const step = (text) => text && element("pre", {}, text.trim());
      const { console, cli, cloudformation, manifest } = about.remediation;
      sides.append(
        element(
          "div",
          {},
          element("h3", {}, about.title),
          terms([
            ["Policy", code(finding.policy)],
            ["Description", about.description],
            ["Risk", about.risk],
            ["Console", console],
            ["CLI", step(cli)],
            ["CloudFormation", step(cloudformation)],
            ["Manifest", step(manifest)],
            ["See", about.links.length > 0 && element("ul", {}, ...about.links.map(link))],
            ["Controls", own.length > 0 && element("ul", {}, ...own.map((key) => element("li", {}, controls.get(key))))],
          ]),
        ),
      );
    }
    return element("tr", { class: "detail", role: "row", id: "detail" }, element("td", { colspan: Object.keys(COLUMNS).length, role: "cell" }, sides));
  }

  function render() {
    const from = (state.page - 1) * state.size;
    draw(from, state.size);
    const pageCount = pages();
    status.textContent = shown.length === findings.length ? `${count(shown.length)} findings` : `${count(shown.length)} of ${count(findings.length)} findings`;
    where.textContent = `Page ${count(state.page)} of ${count(pageCount)}`;
    first.disabled = back.disabled = state.page <= 1;
    next.disabled = last.disabled = state.page >= pageCount;
    below.hidden = pageCount === 1;
    size.value = String(state.size);
    for (const [name, head] of Object.entries(heads)) {
      const up = state.sort === name;
      head.setAttribute("aria-sort", up ? "ascending" : state.sort === `-${name}` ? "descending" : "none");
    }
    if (search.value !== state.q) search.value = state.q;
    chips.replaceChildren();
    let any = state.q !== "";
    for (const [name, values] of Object.entries(state.chosen)) {
      facets[name].holder.classList.toggle("set", values.size > 0);
      facets[name].summary.textContent = values.size > 0 ? `${FACETS[name].title} (${values.size})` : FACETS[name].title;
      for (const value of values) {
        any = true;
        const text = `${FACETS[name].title}: ${clipped(label(name, value))}`;
        chips.append(element("li", {}, element("button", { type: "button", title: text, "aria-label": `Remove the filter ${text}`, onclick: () => choose(name, value, false) }, text)));
      }
    }
    clear.disabled = !any;
  }

  const count = (number) => number.toLocaleString("en");

  function draw(from, many) {
    const rows = shown.slice(from, from + many).flatMap(row);
    if (rows.length === 0) {
      const why = findings.length === 0 ? "No findings." : "No finding fits the filters.";
      rows.push(element("tr", { role: "row" }, element("td", { class: "empty", role: "cell", colspan: Object.keys(COLUMNS).length }, why)));
    }
    body.replaceChildren(...rows);
  }

  // What can be done.

  function update(replacing) {
    shown = sorted(matching());
    state.page = Math.min(state.page, pages());
    render();
    say(replacing);
  }

  function go(page) {
    state.page = Math.min(Math.max(1, page), pages());
    render();
    say(false);
    if (table.getBoundingClientRect().top < 0) document.getElementById("findings").scrollIntoView();
  }

  function turn(name) {
    state.sort = state.sort === name ? `-${name}` : state.sort === `-${name}` ? "" : name;
    state.page = 1;
    update(false);
  }

  function choose(name, value, on) {
    if (on) state.chosen[name].add(value);
    else state.chosen[name].delete(value);
    state.page = 1;
    update(false);
    if (facets[name].holder.open && !facets[name].menu.contains(document.activeElement)) fill(name, facets[name].menu);
  }

  function clearAll() {
    state.q = "";
    state.page = 1;
    for (const values of Object.values(state.chosen)) values.clear();
    update(false);
    search.focus();
  }

  function toggle(finding) {
    state.finding = state.finding === finding.fingerprint ? "" : finding.fingerprint;
    render();
    say(true);
    body.querySelector(`[data-fingerprint="${CSS.escape(finding.fingerprint)}"] .opener`)?.focus({ preventScroll: true });
  }

  let typing = 0;
  search.addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(() => {
      state.q = search.value;
      state.page = 1;
      update(true);
    }, 120);
  });
  size.addEventListener("change", () => {
    const top = (state.page - 1) * state.size;
    state.size = Number(size.value);
    state.page = Math.floor(top / state.size) + 1;
    render();
    say(false);
  });

  // Links of the summaries set filters; the address keeps them, so those to a part of the page must not replace it.
  document.addEventListener("click", (event) => {
    for (const { holder } of Object.values(facets)) if (holder.open && !holder.contains(event.target)) holder.open = false;
    const link = event.target.closest?.('a[href^="#"]');
    if (!link) return;
    event.preventDefault();
    const { kind, filter, value } = link.dataset;
    if (kind || filter) {
      for (const values of Object.values(state.chosen)) values.clear();
      state.q = "";
      state.page = 1;
      if (filter) state.chosen[filter].add(value);
      if (kind) state.chosen.verdict.add(Object.hasOwn(RANK, kind) ? "fail" : kind);
      if (kind && Object.hasOwn(RANK, kind)) state.chosen.severity.add(kind);
      update(false);
    }
    const target = document.getElementById(link.getAttribute("href").slice(1));
    target?.scrollIntoView();
    target?.focus({ preventScroll: true });
  });

  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !event.target.closest("input, select, textarea")) {
      event.preventDefault();
      search.focus();
      search.select();
    }
    const open = Object.values(facets).find(({ holder }) => holder.open);
    if (event.key === "Escape" && open) {
      open.holder.open = false;
      open.summary.focus();
    }
  });

  // The address was changed by hand, or by going back.
  addEventListener("hashchange", () => {
    read();
    update(true);
  });

  // Paper has room for more than a page of rows, and none for all.
  let folded = [];
  addEventListener("beforeprint", () => {
    draw(0, MOST_PRINTED);
    status.textContent += shown.length > MOST_PRINTED ? `; the first ${count(MOST_PRINTED)} are printed` : "";
    folded = [...document.querySelectorAll("details.part:not([open])")];
    for (const part of folded) part.open = true;
  });
  addEventListener("afterprint", () => {
    for (const part of folded) part.open = false;
    render();
  });

  // The summaries can be sorted, too.
  for (const sortable of document.querySelectorAll("table.sortable")) {
    const rows = [...sortable.tBodies[0].rows];
    for (const head of sortable.querySelectorAll("thead th")) {
      const at = head.cellIndex;
      const key = (line) => line.cells[at].dataset.rank ?? line.cells[at].textContent.trim();
      const numeric = head.classList.contains("number");
      const button = element("button", { type: "button" }, head.textContent);
      head.replaceChildren(button);
      head.setAttribute("aria-sort", "none");
      button.addEventListener("click", () => {
        const was = head.getAttribute("aria-sort");
        // Of numbers the largest is wanted first.
        const order = numeric ? ["none", "descending", "ascending"] : ["none", "ascending", "descending"];
        const now = order[(order.indexOf(was) + 1) % 3];
        for (const other of sortable.querySelectorAll("[aria-sort]")) other.setAttribute("aria-sort", "none");
        head.setAttribute("aria-sort", now);
        const sign = now === "descending" ? -1 : 1;
        const compared = (a, b) => (numeric ? (Number(key(a)) || 0) - (Number(key(b)) || 0) : key(a).localeCompare(key(b), "en", { numeric: true }));
        sortable.tBodies[0].append(...(now === "none" ? rows : rows.slice().sort((a, b) => sign * compared(a, b))));
      });
    }
  }

  // Dark or light.
  const theme = document.getElementById("theme");
  const paint = (name) => {
    if (name) document.documentElement.dataset.theme = name;
    else delete document.documentElement.dataset.theme;
  };
  try {
    theme.value = localStorage.getItem("innovate-theme") || "";
  } catch {
    // A sandbox keeps nothing.
  }
  paint(theme.value);
  theme.addEventListener("change", () => {
    paint(theme.value);
    try {
      localStorage.setItem("innovate-theme", theme.value);
    } catch {
      // A sandbox keeps nothing.
    }
  });
  theme.parentElement.hidden = false;

  read();
  update(true);
  if (state.finding) {
    const at = shown.findIndex((finding) => finding.fingerprint === state.finding);
    if (at >= 0) {
      go(Math.floor(at / state.size) + 1);
      document.getElementById("detail")?.previousElementSibling.scrollIntoView();
    }
  } else if (location.hash.includes("=")) {
    document.getElementById("findings").scrollIntoView();
  } else if (location.hash.length > 1) {
    document.getElementById(location.hash.slice(1))?.scrollIntoView();
  }
})();
