//! The HTML report in a real browser, which `cargo xtask test` finds or installs and names in `INNOVATE_TEST_BROWSER`.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use innovate::engine::{Judgement, Options, judgement, verdicts};
use innovate::finding::{Finding, Verdict};
use innovate::framework::{self, Framework};
use innovate::policy::{self, Library, Selection, Severity};
use innovate::report::{Format, Report, Style};
use innovate_model::{AccountFacts, Cause, HandlerErrorCode, Location, Position, Resource, Span, Unread, World};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::world::{MANAGEMENT, PRODUCTION, organization, resource};

const ROOT_KEY: &str = "aws.iam.root_user_has_access_key";
const VOLUME: &str = "aws.ec2.volume_not_encrypted";
const BUCKET: &str = "aws.s3.bucket_policy_public";

/// A browser with one page, over the pipes of the DevTools protocol; it ends with this value.
pub struct Browser {
    child: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
    session: Option<String>,
    calls: u64,
    events: Vec<Value>,
    folder: TempDir,
}

impl Browser {
    fn start() -> Self {
        let browser = std::env::var("INNOVATE_TEST_BROWSER")
            .unwrap_or_else(|_| panic!("`INNOVATE_TEST_BROWSER` is not set: run the tests by `cargo xtask test`"));
        let folder = tempfile::tempdir().unwrap();
        // It speaks on descriptors 3 and 4, which a shell makes of standard input and output.
        let mut child = Command::new("sh")
            .args(["-c", r#"exec "$0" "$@" 3<&0 4>&1 0</dev/null 1>&2"#, &browser])
            .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--remote-debugging-pipe"])
            .arg(format!("--user-data-dir={}", folder.path().join("profile").display()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let (to, from) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        let mut browser = Self { child, to, from, session: None, calls: 0, events: Vec::new(), folder };
        let target = browser.call("Target.createTarget", json!({ "url": "about:blank" }))["targetId"].clone();
        let session = browser.call("Target.attachToTarget", json!({ "targetId": target, "flatten": true }))["sessionId"].clone();
        browser.session = session.as_str().map(ToOwned::to_owned);
        for domain in ["Page", "Runtime", "Log", "Network", "Audits"] {
            browser.call(&format!("{domain}.enable"), json!({}));
        }
        browser.size(1400, 1000);
        browser
    }

    /// A browser that has opened this page.
    pub fn of(html: &str) -> Self {
        let mut browser = Self::start();
        browser.open(html, "");
        browser
    }

    fn next(&mut self) -> Value {
        let mut message = Vec::new();
        self.from.read_until(0, &mut message).unwrap();
        assert_eq!(message.pop(), Some(0), "the browser has ended");
        serde_json::from_slice(&message).unwrap()
    }

    fn call(&mut self, method: &str, parameters: Value) -> Value {
        self.calls += 1;
        let mut message = json!({ "id": self.calls, "method": method, "params": parameters });
        if let Some(session) = &self.session {
            message["sessionId"] = Value::from(session.as_str());
        }
        self.to.write_all(message.to_string().as_bytes()).unwrap();
        self.to.write_all(&[0]).unwrap();
        self.to.flush().unwrap();
        loop {
            let mut answer = self.next();
            if answer["id"] == self.calls {
                assert!(answer["error"].is_null(), "{method}: {answer}");
                return answer["result"].take();
            }
            self.events.push(answer);
        }
    }

    fn address(&self) -> PathBuf {
        self.folder.path().join("report.html")
    }

    /// Opens the page with this after the `#`, and waits until it is loaded.
    fn open(&mut self, html: &str, hash: &str) {
        std::fs::write(self.address(), html).unwrap();
        // Another hash alone would not load it anew.
        self.navigate("about:blank");
        self.events.clear();
        self.navigate(&format!("file://{}{hash}", self.address().display()));
    }

    fn navigate(&mut self, url: &str) {
        let is_load = |event: &Value| event["method"] == "Page.loadEventFired";
        self.events.retain(|event| !is_load(event));
        self.call("Page.navigate", json!({ "url": url }));
        while !self.events.iter().any(is_load) {
            let event = self.next();
            self.events.push(event);
        }
    }

    fn size(&mut self, width: u32, height: u32) {
        self.call(
            "Emulation.setDeviceMetricsOverride",
            json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false }),
        );
    }

    /// What a script comes to.
    pub fn evaluate(&mut self, script: &str) -> Value {
        let mut answer = self
            .call("Runtime.evaluate", json!({ "expression": script, "returnByValue": true, "awaitPromise": true, "userGesture": true }));
        assert!(answer["exceptionDetails"].is_null(), "{script}: {answer}");
        answer["result"]["value"].take()
    }

    /// Waits until the expression is true.
    fn until(&mut self, script: &str) {
        for _ in 0..3000 {
            if self.evaluate(script) == true {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("never true: {script}; the page says {}", self.evaluate("document.getElementById('list').innerText.slice(0, 1000)"));
    }

    fn click(&mut self, selector: &str) {
        self.evaluate(&format!("document.querySelector({}).click()", Value::from(selector)));
    }

    fn key(&mut self, key: &str, text: &str) {
        let code = if key == "Enter" { 13 } else { 0 };
        let mut parameters = json!({ "type": "keyDown", "key": key, "windowsVirtualKeyCode": code });
        if !text.is_empty() {
            parameters["text"] = Value::from(text);
        }
        self.call("Input.dispatchKeyEvent", parameters);
        self.call("Input.dispatchKeyEvent", json!({ "type": "keyUp", "key": key, "windowsVirtualKeyCode": code }));
    }

    /// Types into the search and waits until it was looked for.
    fn search(&mut self, text: &str) {
        self.evaluate("document.getElementById('search').value = ''; document.getElementById('search').focus()");
        if text.is_empty() {
            self.evaluate("document.getElementById('search').dispatchEvent(new Event('input'))");
        } else {
            self.call("Input.insertText", json!({ "text": text }));
        }
        let asked = Value::from(text);
        self.until(&format!("(new URLSearchParams(location.hash.slice(1)).get('q') || '') === {asked}"));
    }

    /// Opens a facet and ticks, or no longer ticks, one of its values.
    fn choose(&mut self, facet: &str, value: &str) {
        self.evaluate(&format!("document.querySelector('#facet-{facet}').open = true"));
        let option = format!("#facet-{facet} label[data-value={}] input", Value::from(value));
        self.until(&format!("document.querySelector({}) !== null", Value::from(option.as_str())));
        self.click(&option);
        self.evaluate(&format!("document.querySelector('#facet-{facet}').open = false"));
    }

    /// The fingerprints of the rows that are shown, in their order.
    fn rows(&mut self) -> Vec<String> {
        let rows = self.evaluate("[...document.querySelectorAll('#finding-table tr.row')].map((row) => row.dataset.fingerprint)");
        serde_json::from_value(rows).unwrap()
    }

    fn status(&mut self) -> String {
        self.evaluate("document.getElementById('status').textContent").as_str().unwrap().to_owned()
    }

    fn text(&mut self, selector: &str) -> String {
        self.evaluate(&format!("document.querySelector({}).innerText", Value::from(selector))).as_str().unwrap().to_owned()
    }

    /// What the page asked for, and what the browser complained of.
    fn trouble(&mut self) -> Vec<String> {
        // Whatever has happened is told before this is answered.
        self.evaluate("new Promise((done) => setTimeout(done, 50))");
        let told = |event: &Value| match event["method"].as_str().unwrap_or_default() {
            "Network.requestWillBeSent" => {
                let url = event["params"]["request"]["url"].as_str().unwrap();
                let own = url.starts_with("file:///") && url.split('#').next().unwrap().ends_with("/report.html");
                (!own && url != "about:blank").then(|| format!("request: {url}"))
            }
            "Log.entryAdded" | "Runtime.consoleAPICalled" | "Runtime.exceptionThrown" | "Audits.issueAdded" => {
                Some(format!("{}: {}", event["method"], event["params"]))
            }
            _ => None,
        };
        self.events.iter().filter_map(told).collect()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// What a report is made of.
struct Case {
    world: World,
    library: Library,
    frameworks: Vec<Framework>,
    judgement: Judgement,
}

impl Case {
    /// What the policies say of the world, and these findings.
    fn new(world: World, findings: Vec<Finding>) -> Self {
        let ids = [ROOT_KEY, VOLUME, BUCKET].map(ToOwned::to_owned).to_vec();
        let library = policy::shipped().unwrap().select(&Selection { ids, severity: None }).unwrap();
        let mut verdicts = verdicts(&(&world).into(), &library.policies, Options { keep_passes: false, workers: 1, watch: None }).unwrap();
        verdicts.add(findings).unwrap();
        let judgement = judgement(&(&world).into(), &library, verdicts).unwrap();
        Self { world, library, frameworks: vec![framework::framework("cis_aws_5.0").unwrap()], judgement }
    }

    fn write(&self, format: Format) -> String {
        let style = Style { colour: false, width: None };
        let Self { world, library, frameworks, judgement } = self;
        let mut bytes = Vec::new();
        format.write(&Report { world, library, judgement, frameworks, calls: None, texts: None, style }, &mut bytes).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    fn html(&self) -> String {
        self.write(Format::Html)
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.write(Format::Json)).unwrap()
    }
}

fn denied(action: &str) -> Cause {
    Cause { code: HandlerErrorCode::AccessDenied, action: Some(action.to_owned()), message: "You are not authorized.".to_owned() }
}

fn finding(policy: &str, verdict: Verdict, severity: Severity, resource: &Resource, message: &str) -> Finding {
    Finding::new(policy, verdict, severity, resource, message.to_owned(), String::new(), 0)
}

/// An organization of which a part could not be read, with failures of every severity, and other verdicts.
fn mixed() -> Case {
    let mut world = organization();
    let third = "333333333333";
    world.accounts.insert(third.to_owned(), AccountFacts { id: third.to_owned(), status: "ACTIVE".to_owned(), ..AccountFacts::default() });
    for (account, region, type_name, action) in
        [(PRODUCTION, "us-east-1", "AWS::EC2::Volume", "ec2:DescribeVolumes"), (third, "*", "*", "sts:AssumeRole")]
    {
        let [account, region, type_name] = [account, region, type_name].map(ToOwned::to_owned);
        world.unread.push(Unread { account, region, type_name, cause: denied(action) });
    }
    for (account, present) in [(MANAGEMENT, true), (PRODUCTION, false)] {
        world.resources.push(resource("Innovate::IAM::RootUser", account, account, "global", json!({ "AccessKeysPresent": present })));
    }
    let mut findings = Vec::new();
    for number in 0..120 {
        let account = if number % 3 == 0 { MANAGEMENT } else { PRODUCTION };
        let region = if number % 2 == 0 { "eu-west-1" } else { "us-east-1" };
        let volume = Resource::new("AWS::EC2::Volume", format!("vol-{number:03}"), account, region);
        let severity = Severity::ALL[number % 5];
        findings.push(finding(VOLUME, Verdict::Fail, severity, &volume, &format!("volume `vol-{number:03}` is not encrypted")));
    }
    for number in 0..7 {
        let bucket = Resource::new("AWS::S3::Bucket", format!("bucket-{number}"), PRODUCTION, "eu-west-1");
        let mut unknown = finding(BUCKET, Verdict::Unknown, Severity::Critical, &bucket, "the policy of the bucket was not read");
        unknown.causes.push(denied("s3:GetBucketPolicy"));
        findings.push(unknown);
        let other = Resource::new("AWS::S3::Bucket", format!("waived-{number}"), MANAGEMENT, "eu-west-1");
        let verdict = if number == 0 { Verdict::Pass } else { Verdict::Waived };
        findings.push(finding(BUCKET, verdict, Severity::Critical, &other, "everyone may read it"));
    }
    let root = Resource::new("Innovate::IAM::RootUser", MANAGEMENT, MANAGEMENT, "global");
    let mut declared = finding(ROOT_KEY, Verdict::Fail, Severity::Critical, &root, "the root user has an access key");
    let start = Position { line: 42, column: 7 };
    let span = Span { start, end: Position { line: 42, column: 20 } };
    declared.location = Some(Location { file: "stacks/root.yaml".to_owned(), address: "RootUser".to_owned(), span });
    findings.push(declared);
    Case::new(world, findings)
}

/// An organization with nothing in it.
fn empty() -> World {
    World { resources: Vec::new(), ..organization() }
}

/// The fingerprints of the findings of the JSON report that fit, in its order.
fn expected(report: &Value, fits: impl Fn(&Value) -> bool) -> Vec<String> {
    let findings = report["findings"].as_array().unwrap().iter().filter(|finding| fits(finding));
    findings.map(|finding| finding["fingerprint"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_page_asks_for_nothing_and_nothing_of_it_is_refused() {
    let case = mixed();
    let mut browser = Browser::of(&case.html());
    browser.choose("severity", "high");
    browser.search("volume");
    browser.click("#finding-table tr.row");
    browser.until("document.getElementById('detail') !== null");
    browser.call("Page.printToPDF", json!({}));
    assert_eq!(browser.trouble(), Vec::<String>::new());
    // What is asked for or refused would have been seen, and is refused.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let forbidden = format!(
        "const script = document.createElement('script'); script.textContent = 'window.broken = true'; document.body.append(script);
         const image = document.createElement('img'); image.src = 'http://{address}/'; document.body.append(image);
         document.body.setAttribute('style', 'color: red');
         [window.broken === undefined, getComputedStyle(document.body).color !== 'rgb(255, 0, 0)']"
    );
    assert_eq!(browser.evaluate(&forbidden), json!([true, true]));
    browser.evaluate("new Promise((done) => setTimeout(done, 50))");
    let trouble = browser.trouble().join("\n");
    for directive in ["script-src", "img-src", "style-src"] {
        assert!(trouble.contains(directive), "{directive}: {trouble}");
    }
    listener.set_nonblocking(true).unwrap();
    assert!(listener.accept().is_err(), "nobody came for the image");
}

#[test]
fn the_summaries_are_those_of_the_json_and_need_no_script() {
    let case = mixed();
    let report = case.json();
    let mut browser = Browser::start();
    browser.call("Emulation.setScriptExecutionDisabled", json!({ "value": true }));
    browser.open(&case.html(), "");
    let kind = |finding: &Value| match finding["verdict"].as_str().unwrap() {
        "fail" => finding["severity"].as_str().unwrap().to_owned(),
        verdict => verdict.to_owned(),
    };
    let kinds = ["critical", "high", "medium", "low", "info", "unknown", "waived"];
    let mut counts: BTreeMap<(String, String), u64> = BTreeMap::new();
    for finding in report["findings"].as_array().unwrap() {
        *counts.entry((finding["account"].as_str().unwrap().to_owned(), kind(finding))).or_default() += 1;
    }
    let of = |account: &str, kind: &str| counts.get(&(account.to_owned(), kind.to_owned())).copied().unwrap_or_default();
    for kind in kinds {
        let total: u64 = [MANAGEMENT, PRODUCTION].map(|account| of(account, kind)).iter().sum();
        assert_eq!(browser.text(&format!("#total-{kind}")), total.to_string(), "{kind}");
    }
    let line = |browser: &mut Browser, account: &str| {
        let line = browser
            .evaluate(&format!("[...document.querySelectorAll('tr[data-account=\"{account}\"] .number')].map((cell) => cell.innerText)"));
        serde_json::from_value::<Vec<String>>(line).unwrap()
    };
    for account in [MANAGEMENT, PRODUCTION] {
        assert_eq!(line(&mut browser, account), kinds.map(|kind| of(account, kind).to_string()), "{account}");
    }
    assert_eq!(line(&mut browser, "333333333333"), vec!["–"; 7], "zeros would look like an account with nothing wrong");
    assert!(browser.text("tr[data-account='333333333333']").contains("not read"));

    let framework = &report["frameworks"][0];
    for control in framework["controls"].as_array().unwrap() {
        let cells = browser.evaluate(&format!(
            "[...document.querySelectorAll('[data-framework=\"cis_aws_5.0\"] tr[data-control={}] .number')].map((cell) => Number(cell.textContent))",
            control["id"]
        ));
        assert_eq!(cells, json!([control["fail"], control["unknown"], control["waived"], control["pass"]]), "{control}");
    }
    for status in ["fail", "unknown", "manual", "unserved"] {
        let count = framework["controls"].as_array().unwrap().iter().filter(|control| control["status"] == status).count();
        let shown = browser.evaluate(&format!("document.querySelector('[data-framework] [data-status={status}]')?.textContent ?? '0'"));
        assert_eq!(shown, count.to_string(), "{status}");
    }
    for (policy, counts) in report["ledger"]["policies"].as_object().unwrap() {
        let cells = browser.evaluate(&format!(
            "[...document.querySelectorAll('tr[data-policy=\"{policy}\"] .number')].map((cell) => Number(cell.textContent))"
        ));
        assert_eq!(cells, json!(["fail", "unknown", "waived", "pass", "not_applicable"].map(|name| counts[name].clone())));
    }
    assert_eq!(browser.text("#unread-scopes"), report["ledger"]["unread"].as_array().unwrap().len().to_string());
    assert!(browser.text("noscript").contains("needs JavaScript"));
    assert!(browser.text("#not-read").contains("ec2:DescribeVolumes"));
}

#[test]
fn what_was_not_read_cannot_be_missed() {
    let case = mixed();
    let mut browser = Browser::of(&case.html());
    let seen = "(() => { const { top, bottom, width } = document.getElementById('incomplete').getBoundingClientRect();
        return top >= 0 && bottom <= innerHeight && width > innerWidth / 2 && getComputedStyle(document.getElementById('incomplete')).visibility === 'visible'; })()";
    for (width, height) in [(1400, 1000), (390, 844)] {
        browser.size(width, height);
        browser.until(seen);
    }
    assert!(browser.text("#incomplete").contains("2 scopes and 0 properties could not be read"));
    assert!(browser.evaluate("document.title").as_str().unwrap().starts_with("INCOMPLETE"));
    browser.size(1400, 1000);
    browser.click(".top a[href='#findings']");
    let mark = "(() => { const { top, bottom } = document.querySelector('.top .mark.bad').getBoundingClientRect(); return scrollY > 0 && top >= 0 && bottom <= innerHeight; })()";
    browser.until(mark);
    assert_eq!(browser.text("#findings-title .mark"), "INCOMPLETE");

    let mut failed = mixed();
    failed.judgement.ledger.errors.insert(VOLUME.to_owned(), "it ended <b>badly</b>".to_owned());
    browser.open(&failed.html(), "");
    assert!(browser.text("#errors").contains("1 policy could not judge and has no verdict"));
    assert!(browser.text("#not-read").contains("it ended <b>badly</b>"));

    browser.open(&Case::new(empty(), Vec::new()).html(), "");
    let marks = "[document.title.includes('INCOMPLETE'), document.body.innerText.includes('INCOMPLETE'), document.querySelector('.top .mark').innerText]";
    assert_eq!(browser.evaluate(marks), json!([false, false, "complete"]));
    assert_eq!(browser.text("#finding-table .empty"), "No findings.");
}

#[test]
fn findings_are_filtered_searched_and_sorted() {
    let case = mixed();
    let report = case.json();
    let all = expected(&report, |_| true);
    let mut browser = Browser::of(&case.html());
    assert_eq!(browser.rows(), all[..100]);
    assert_eq!(browser.status(), format!("{} findings", all.len()));
    browser.evaluate("[...document.querySelectorAll('.pager button')].find((button) => button.textContent === 'Next').click()");
    assert_eq!(browser.rows(), all[100..]);

    let string = |finding: &Value, pointer: &str| finding.pointer(pointer).unwrap().as_str().unwrap().to_owned();
    for (facet, value, pointer) in [
        ("severity", "high", "/severity"),
        ("verdict", "unknown", "/verdict"),
        ("account", MANAGEMENT, "/account"),
        ("region", "global", "/region"),
        ("policy", BUCKET, "/policy"),
        ("type", "AWS::S3::Bucket", "/resource/type"),
    ] {
        let fitting = expected(&report, |finding| string(finding, pointer) == value);
        browser.choose(facet, value);
        assert_eq!(browser.rows(), fitting, "{facet}");
        assert_eq!(browser.status(), format!("{} of {} findings", fitting.len(), all.len()));
        browser.click("#clear");
        assert_eq!(browser.status(), format!("{} findings", all.len()));
    }
    let root = expected(&report, |finding| finding["policy"] == ROOT_KEY);
    browser.choose("framework", "cis_aws_5.0 1.3");
    assert_eq!(browser.rows(), root, "a control has the findings of its policies");
    browser.click("#clear");

    browser.choose("severity", "high");
    browser.choose("severity", "low");
    browser.choose("account", PRODUCTION);
    let both =
        expected(&report, |finding| (finding["severity"] == "high" || finding["severity"] == "low") && finding["account"] == PRODUCTION);
    assert_eq!(browser.rows(), both, "one of the values of each facet");
    browser.click(".chips button[title='Severity: low']");
    assert_eq!(browser.rows(), expected(&report, |finding| finding["severity"] == "high" && finding["account"] == PRODUCTION));
    browser.click("#clear");

    browser.search("VOL-01 Encrypted");
    assert_eq!(browser.rows(), expected(&report, |finding| string(finding, "/message").contains("vol-01")));
    browser.search("root.yaml:42");
    assert_eq!(browser.rows(), expected(&report, |finding| finding["location"].is_object()));
    assert_eq!(browser.text("#finding-table td.location code"), "stacks/root.yaml:42");
    browser.search("there is no such thing");
    assert_eq!(browser.text("#finding-table .empty"), "No finding fits the filters.");
    browser.search("");

    browser.choose("severity", "high");
    let mut sorted: Vec<(String, String)> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|finding| finding["severity"] == "high")
        .map(|finding| (string(finding, "/resource/id"), string(finding, "/fingerprint")))
        .collect();
    sorted.sort();
    let sorted: Vec<String> = sorted.into_iter().map(|(_, fingerprint)| fingerprint).collect();
    let order = "document.querySelector('#finding-table th.resource').getAttribute('aria-sort')";
    browser.click("#finding-table th.resource button");
    assert_eq!((browser.rows(), browser.evaluate(order)), (sorted.clone(), json!("ascending")));
    browser.click("#finding-table th.resource button");
    assert_eq!((browser.rows(), browser.evaluate(order)), (sorted.into_iter().rev().collect(), json!("descending")));
    browser.click("#finding-table th.resource button");
    assert_eq!((browser.rows(), browser.evaluate(order)), (expected(&report, |finding| finding["severity"] == "high"), json!("none")));

    browser.click("[data-kind='unknown']");
    assert_eq!(browser.rows(), expected(&report, |finding| finding["verdict"] == "unknown"), "the summaries lead to their findings");
    browser.click(&format!("[data-filter='account'][data-value='{MANAGEMENT}']"));
    assert_eq!(browser.rows(), expected(&report, |finding| finding["account"] == MANAGEMENT));
    assert_eq!(browser.trouble(), Vec::<String>::new());
}

#[test]
fn the_address_keeps_what_is_shown() {
    let case = mixed();
    let report = case.json();
    let mut browser = Browser::of(&case.html());
    browser.choose("severity", "critical");
    browser.choose("account", PRODUCTION);
    browser.search("volume");
    browser.click("#finding-table th.resource button");
    browser.click("#finding-table th.resource button");
    let rows = browser.rows();
    let mut fitting =
        expected(&report, |finding| finding["severity"] == "critical" && finding["account"] == PRODUCTION && finding["policy"] == VOLUME);
    fitting.sort_by_key(|fingerprint| {
        let all = report["findings"].as_array().unwrap();
        std::cmp::Reverse(all.iter().find(|finding| finding["fingerprint"] == **fingerprint).unwrap()["resource"]["id"].to_string())
    });
    assert_eq!(rows, fitting);
    browser.click("#finding-table tr.row:nth-child(3)");
    let hash = browser.evaluate("location.hash").as_str().unwrap().to_owned();
    browser.open(&case.html(), &hash);
    assert_eq!(browser.rows(), rows, "{hash}");
    assert_eq!(browser.evaluate("document.getElementById('detail').previousElementSibling.dataset.fingerprint"), rows[2]);
    assert_eq!(browser.evaluate("document.getElementById('search').value"), "volume");
    browser.click("#clear");
    browser.evaluate("history.back()");
    browser.until(&format!("location.hash === {}", Value::from(hash.as_str())));
    browser.until("document.getElementById('search').value === 'volume'");
    assert_eq!(browser.rows(), rows, "back is as it was");
    browser.open(&case.html(), "#severity=none&sort=nothing&page=x&size=7&account=%3Cimg%20src%3Dx%3E");
    assert_eq!(browser.text("#finding-table .empty"), "No finding fits the filters.");
    assert!(browser.text(".chips").contains("Account: <img src=x>"));
    browser.open(&case.html(), "#page=99");
    assert_eq!(browser.rows(), expected(&report, |_| true)[100..], "there are no more pages");
    assert_eq!(browser.trouble(), Vec::<String>::new());
}

#[test]
fn a_finding_tells_all_of_itself_and_of_its_policy() {
    let case = mixed();
    let mut browser = Browser::of(&case.html());
    browser.choose("policy", ROOT_KEY);
    browser.click("#finding-table .opener");
    let detail = browser.text("#detail");
    let policy = &case.library.policies.iter().find(|policy| policy.id == ROOT_KEY).unwrap().metadata;
    let remediation = &policy.custom.remediation;
    for told in [&policy.title, &policy.description, &policy.custom.risk, &remediation.console, &policy.related_resources[0]] {
        assert!(detail.contains(told.trim()), "{told}: {detail}");
    }
    for told in ["stacks/root.yaml:42:7 as RootUser", "1.3 No access key exists for the root user", "Innovate::IAM::RootUser"] {
        assert!(detail.contains(told), "{told}: {detail}");
    }
    assert_eq!(browser.evaluate("document.querySelector('#detail pre').textContent"), remediation.cli.trim());
    browser.click("#clear");
    browser.choose("verdict", "unknown");
    browser.click("#finding-table .opener");
    assert!(browser.text("#detail").contains("access denied s3:GetBucketPolicy: You are not authorized."));
}

#[test]
fn hostile_names_are_text() {
    let names = [
        "</script><script>window.broken = 1</script>",
        "<!--<script>",
        "<img src=x onerror='window.broken = 2'>",
        "\"><svg onload=window.broken=3>",
        "' onmouseover='window.broken=4",
        "&lt;b&gt; &amp;",
        "{{ script|safe }} ${broken} `tick`",
        "line\u{2028}and\u{2029}paragraph",
        "__proto__",
    ];
    let mut world = empty();
    world.accounts.get_mut(PRODUCTION).unwrap().name = Some(names[2].to_owned());
    world.unread.push(Unread {
        account: names[3].to_owned(),
        region: names[0].to_owned(),
        type_name: "AWS::EC2::Volume".to_owned(),
        cause: Cause { code: HandlerErrorCode::AccessDenied, action: Some(names[1].to_owned()), message: names[0].to_owned() },
    });
    let of_name = |name: &str| {
        let resource = Resource::new(&format!("AWS::{name}"), name, name, name);
        let mut finding = finding(VOLUME, Verdict::Fail, Severity::High, &resource, name);
        finding.causes.push(Cause { code: HandlerErrorCode::NotFound, action: Some(name.to_owned()), message: name.to_owned() });
        finding.location = Some(Location { file: name.to_owned(), address: name.to_owned(), span: Span::default() });
        finding
    };
    let mut findings: Vec<Finding> = names.iter().map(|name| of_name(name)).collect();
    let turned = "abc\u{202e}gpj.exe\u{2066}\u{7}\u{1b}[31m";
    findings.push(of_name(turned));
    let huge = "x".repeat(1_000_000);
    findings.push(of_name(&huge));
    let mut case = Case::new(world, findings);
    case.frameworks[0].title = names[0].to_owned();
    let policy = case.library.policies.iter_mut().find(|policy| policy.id == VOLUME).unwrap();
    policy.metadata.title = names[0].to_owned();
    policy.metadata.related_resources = vec!["javascript:window.broken=5".to_owned(), "https://example.com/\"onclick=\"x".to_owned()];
    let html = case.html();
    assert!(!html.contains('\u{202e}') && !html.contains('\u{1b}'));
    let mut browser = Browser::of(&html);
    let cells = |browser: &mut Browser, class: &str| -> Vec<String> {
        let cells = browser.evaluate(&format!(
            "[...document.querySelectorAll('#finding-table td.{class} > .clip:first-child')].map((cell) => cell.textContent)"
        ));
        serde_json::from_value(cells).unwrap()
    };
    let resources = cells(&mut browser, "resource");
    for name in names {
        assert!(resources.iter().any(|text| text == name), "{name}: {resources:?}");
    }
    assert!(resources.iter().any(|text| text == "abc\u{fffd}gpj.exe\u{fffd}\u{fffd}\u{fffd}[31m"), "{resources:?}");
    assert!(resources.iter().all(|text| text.len() < 1000), "the list has the beginning of a huge name");
    let count = browser.rows().len();
    assert_eq!(count, names.len() + 2);
    assert_eq!(browser.evaluate("document.documentElement.scrollWidth <= innerWidth"), true, "nothing is wider than the page");
    for number in 0..count {
        browser.evaluate(&format!("document.querySelectorAll('#finding-table tr.row')[{number}].click()"));
        browser.until("document.getElementById('detail') !== null");
        assert!(!browser.text("#finding-table").contains("[object"), "{number}");
    }
    for facet in ["account", "region", "type", "policy", "framework"] {
        browser.evaluate(&format!("document.getElementById('facet-{facet}').open = true"));
        browser.until(&format!("document.querySelector('#facet-{facet} label') !== null"));
    }
    browser.choose("region", names[3]);
    assert_eq!(cells(&mut browser, "resource"), [names[3]]);
    let made = "[document.scripts.length, document.images.length, document.querySelectorAll('svg:not(.bar)').length, String(window.broken),
        [...document.links].every((link) => link.getAttribute('href').startsWith('#') || link.protocol === 'https:')]";
    assert_eq!(browser.evaluate(made), json!([2, 0, 0, "undefined", true]));
    assert!(browser.text("#unread-table").contains(names[0]));
    assert_eq!(browser.trouble(), Vec::<String>::new());
}

#[test]
fn twenty_thousand_findings_are_a_page_of_rows() {
    let findings = (0..20_000).map(|number| {
        let volume = Resource::new("AWS::EC2::Volume", format!("vol-{number:05}"), format!("{:012}", number % 700), "eu-west-1");
        finding(VOLUME, Verdict::Fail, Severity::ALL[number % 5], &volume, &format!("volume `vol-{number:05}` is not encrypted"))
    });
    let mut case = Case::new(empty(), findings.collect());
    case.frameworks.clear();
    let mut browser = Browser::of(&case.html());
    assert_eq!(browser.status(), "20,000 findings");
    let nodes = |browser: &mut Browser| browser.evaluate("document.querySelectorAll('#findings *').length").as_u64().unwrap();
    assert_eq!(browser.rows().len(), 100);
    assert!(nodes(&mut browser) < 3000);
    browser.search("vol-1999");
    assert_eq!(browser.rows().len(), 10);
    browser.search("");
    browser.choose("severity", "low");
    assert_eq!((browser.status(), browser.rows().len()), ("4,000 of 20,000 findings".to_owned(), 100));
    browser.evaluate("document.querySelector('#facet-account').open = true");
    browser.until("document.querySelectorAll('#facet-account label').length > 0");
    assert_eq!(browser.evaluate("document.querySelectorAll('#facet-account label').length <= 200"), true);
    assert!(nodes(&mut browser) < 4000);
    browser.evaluate("const size = document.getElementById('size'); size.value = '250'; size.dispatchEvent(new Event('change'))");
    assert_eq!(browser.rows().len(), 250);
    browser.click("#finding-table th.account button");
    assert_eq!(browser.text("#finding-table td.account"), "000000000003");
}

#[test]
fn dark_and_light_follow_the_system_and_the_switch() {
    let case = mixed();
    let mut browser = Browser::of(&case.html());
    let ground = "getComputedStyle(document.body).backgroundColor";
    let scheme = |browser: &mut Browser, value: &str| {
        browser.call(
            "Emulation.setEmulatedMedia",
            json!({ "media": "screen", "features": [{ "name": "prefers-color-scheme", "value": value }] }),
        );
    };
    scheme(&mut browser, "light");
    let light = browser.evaluate(ground);
    scheme(&mut browser, "dark");
    let dark = browser.evaluate(ground);
    assert_eq!((&light, &dark), (&json!("rgb(255, 255, 255)"), &json!("rgb(20, 23, 27)")));
    let switch = |value: &str| {
        format!(
            "(() => {{ const theme = document.getElementById('theme'); theme.value = '{value}'; theme.dispatchEvent(new Event('change')); }})()"
        )
    };
    browser.evaluate(&switch("light"));
    assert_eq!(browser.evaluate(ground), light, "the switch is stronger");
    browser.open(&case.html(), "");
    assert_eq!(browser.evaluate(ground), light, "and is kept");
    scheme(&mut browser, "light");
    browser.evaluate(&switch("dark"));
    assert_eq!(browser.evaluate(ground), dark);
    browser.call("Emulation.setEmulatedMedia", json!({ "media": "print" }));
    assert_eq!(browser.evaluate(ground), light, "paper is white");
}

/// Gives the texts of the page whose contrast with what is behind them is less than 4.5 (WCAG 2, level AA).
const FAINT: &str = "(() => {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const parts = (color) => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1); return [...canvas.getImageData(0, 0, 1, 1).data]; };
  const light = (color) => { const [r, g, b] = parts(color).map((part) => part / 255).map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const behind = (element) => { for (; element; element = element.parentElement) { const color = getComputedStyle(element).backgroundColor; if (parts(color)[3] === 255) return color; } return 'white'; };
  const texts = [...document.body.querySelectorAll('*')].filter((element) => element.checkVisibility() && !element.matches(':disabled, option') && [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim()));
  const faint = texts.filter((element) => { const [a, b] = [light(getComputedStyle(element).color), light(behind(element))].sort(); return (b + 0.05) / (a + 0.05) < 4.5; });
  return [texts.length > 200, faint.slice(0, 5).map((element) => element.outerHTML.slice(0, 200))];
})()";

#[test]
fn the_page_is_for_everybody() {
    let case = mixed();
    let mut browser = Browser::of(&case.html());
    browser.evaluate("for (const part of document.querySelectorAll('details.part')) part.open = true");
    browser.key("/", "/");
    assert_eq!(browser.evaluate("document.activeElement.id"), "search");
    browser.evaluate("document.querySelector('#finding-table .opener').focus()");
    browser.key("Enter", "\r");
    browser.until("document.getElementById('detail') !== null");
    assert_eq!(browser.evaluate("document.activeElement.getAttribute('aria-expanded')"), "true", "the focus stays");
    browser.evaluate("document.querySelector('#finding-table th.region button').focus()");
    browser.key("Enter", "\r");
    assert_eq!(browser.evaluate("document.querySelector('#finding-table th.region').getAttribute('aria-sort')"), "ascending");
    browser.evaluate("document.querySelector('#facet-account summary').focus()");
    browser.key("Enter", "\r");
    browser.until("document.querySelector('#facet-account label') !== null");
    browser.key("Escape", "");
    assert_eq!(
        browser.evaluate("[document.getElementById('facet-account').open, document.activeElement.parentElement.id]"),
        json!([false, "facet-account"])
    );

    for scheme in ["light", "dark"] {
        browser.call(
            "Emulation.setEmulatedMedia",
            json!({ "media": "screen", "features": [{ "name": "prefers-color-scheme", "value": scheme }] }),
        );
        assert_eq!(browser.evaluate(FAINT), json!([true, []]), "{scheme}");
    }
    // On a small screen rows are blocks; whoever listens still has a table. Nothing is wider than the screen.
    browser.size(390, 844);
    assert_eq!(browser.evaluate("document.documentElement.scrollWidth <= innerWidth"), true);
    let tree = browser.call("Accessibility.getFullAXTree", json!({}));
    let nodes = tree["nodes"].as_array().unwrap();
    let role = |role: &str| nodes.iter().filter(|node| node["ignored"] == false && node["role"]["value"] == role).collect::<Vec<_>>();
    let names =
        |nodes: &[&Value]| nodes.iter().map(|node| node["name"]["value"].as_str().unwrap_or_default().to_owned()).collect::<Vec<_>>();
    assert!(names(&role("table")).iter().any(|name| name.starts_with("Findings")), "{:?}", names(&role("table")));
    for column in ["Severity", "Finding", "Account"] {
        assert!(names(&role("columnheader")).iter().any(|name| name == column), "{:?}", names(&role("columnheader")));
    }
    for unnamed in ["button", "link", "searchbox", "combobox", "table", "region"] {
        assert!(names(&role(unnamed)).iter().all(|name| !name.is_empty()), "a {unnamed} has no name");
    }
}

#[test]
fn the_page_prints_more_than_is_on_the_screen() {
    let case = mixed();
    let mut browser = Browser::of(&case.html());
    assert_eq!(browser.rows().len(), 100);
    browser.evaluate("dispatchEvent(new Event('beforeprint'))");
    assert_eq!(browser.rows().len(), case.json()["findings"].as_array().unwrap().len());
    assert_eq!(browser.evaluate("document.querySelectorAll('details.part:not([open])').length"), 0);
    browser.evaluate("dispatchEvent(new Event('afterprint'))");
    assert_eq!(browser.rows().len(), 100);
    let pdf = browser.call("Page.printToPDF", json!({ "printBackground": false }));
    assert!(pdf["data"].as_str().unwrap().len() > 50_000);
}
